// SPDX-License-Identifier: Apache-2.0
// How the rows of an 'http' table lie in the embedded log: the agreement between the door that
// appends them and the source that reads them.
#pragma once

#include <string>
#include <string_view>

namespace millrace {

/// Header of a record whose row waits for an answer; its value is the id on the ReplyBoard.
constexpr std::string_view kRequestIdHeader = "millrace-request-id";
constexpr std::string_view kHttpConnector = "http";

/// The topic of a table: topic names have letters, digits, '.', '-' and '_' only, other bytes
/// become '_' and two hexadecimal digits.
std::string HttpTopicName(std::string_view table);

}  // namespace millrace
