// SPDX-License-Identifier: Apache-2.0
// DoorClient: asks the listener of a running program and reads its JSON. One thread; a call waits.
#pragma once

#include <CLI/App.hpp>

#include <string>

#include "cli/application.h"
#include "cli/client/json_document.h"

namespace millrace {

/// Options of commands that talk to a running program.
struct ClientOptions {
  std::string target;      // a SQL file (its pipeline's data directory); may be empty
  std::string data_dir;    // of the pipeline
  std::string address;     // HOST:PORT, with or without http://
  std::string token_file;  // or MILLRACE_TOKEN

  void Declare(CLI::App* app);
};

class DoorClient {
 public:
  /// Finds the address: as given, else in the data directory as given, else in that of the file's
  /// pipeline, else in the only one below ./.millrace that has one.
  static Result<DoorClient> Make(Application* application, const ClientOptions& options);

  const std::string& address() const { return address_; }
  /// GET; `path` with its query. MR0765 if nobody answers, the listener's own error if it says one.
  Result<JsonDocument> Get(const std::string& path) const;
  /// POST of a body; the same answers.
  Result<JsonDocument> Post(const std::string& path, const std::string& type,
                            std::string body) const;

 private:
  Result<JsonDocument> Send(HttpRequest request) const;

  Application* application_ = nullptr;
  std::string address_;
  std::string token_;
};

/// For use behind '=' in a query.
std::string UrlEncode(std::string_view text);

}  // namespace millrace
