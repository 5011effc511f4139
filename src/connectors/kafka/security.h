// SPDX-License-Identifier: Apache-2.0
// SASL and TLS settings of Java's client in librdkafka's terms.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace millrace {

/// `settings`: the security properties that are set, without `properties.`.
Result<std::vector<std::pair<std::string, std::string>>> TranslateKafkaSecurity(
    const std::map<std::string, std::string>& settings);

/// `module required key="value" key="value";` of sasl.jaas.config.
struct JaasConfig {
  std::string module;  // class name without its package
  std::map<std::string, std::string> options;
};
Result<JaasConfig> ParseJaasConfig(const std::string& text);

}  // namespace millrace
