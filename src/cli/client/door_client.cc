// SPDX-License-Identifier: Apache-2.0
#include "cli/client/door_client.h"

#include <future>

#include "cli/client/door_address.h"
#include "cli/data_directory.h"

namespace millrace {
namespace {

constexpr std::chrono::milliseconds kTimeout{5000};
constexpr size_t kAnswerBytesMax = 64u << 20;

/// The only program below ./.millrace that listens.
Result<std::string> FindOnlyAddress(Disk* disk) {
  std::vector<std::string> found;
  const std::string directories(kDataDirectories);
  TRY_ASSIGN(const auto root, disk->Stat(directories));
  if (root) {
    TRY_ASSIGN(const auto entries, disk->List(directories, /*recursive=*/false));
    for (const FileInfo& entry : entries) {
      if (!entry.directory) continue;
      if (FindAddress(disk, entry.path)) found.push_back(entry.path);
    }
  }
  if (found.size() == 1) return FindAddress(disk, found[0]);
  if (found.empty()) return FindAddress(disk, directories);
  std::string names;
  for (const std::string& path : found) names += (names.empty() ? "" : ", ") + path;
  return UserError("MR0765", "several programs listen here: " + names, "",
                   "name the SQL file, or say --data-dir");
}

Result<std::string> AddressOf(Application* application, const ClientOptions& options) {
  Disk* disk = application->env.disk;
  if (!options.address.empty()) return options.address;
  if (!options.data_dir.empty()) return FindAddress(disk, options.data_dir);
  if (options.target.empty()) return FindOnlyAddress(disk);
  TRY_ASSIGN(const Program program, OutlineProgram(application, options.target));
  return FindAddress(disk, DefaultDataDir(program.name));
}

/// What the listener says in its own form of errors.
Error ErrorOf(const HttpResponse& response) {
  Error error{.code = "MR0765",
              .domain = ErrorDomain::kExternal,
              .message = "the listener answers with status " + std::to_string(response.status),
              .retryable = response.status == 429 || response.status == 503};
  const auto document = JsonDocument::Parse(response.body);
  if (response.status == 401 || response.status == 403) {
    error.hint = "set MILLRACE_TOKEN or --token-file as for the running program";
  }
  if (!document || (*document)["diagnostics"].items().empty()) return error;
  const JsonDocument& first = (*document)["diagnostics"].items()[0];
  if (!first["code"].text().empty()) error.code = first["code"].text();
  error.domain = response.status < 500 ? ErrorDomain::kUser : ErrorDomain::kExternal;
  error.message = first["summary"].text();
  error.detail = first["detail"].text();
  return error;
}

}  // namespace

void ClientOptions::Declare(CLI::App* app) {
  app->add_option("--data-dir", data_dir, "Data directory of the running program")
      ->type_name("DIR");
  app->add_option("--address", address, "Address of its listener")->type_name("HOST:PORT");
  app->add_option("--token-file", token_file, "File with its token (or MILLRACE_TOKEN)")
      ->type_name("FILE");
}

Result<DoorClient> DoorClient::Make(Application* application, const ClientOptions& options) {
  DoorClient client;
  client.application_ = application;
  TRY_ASSIGN(client.address_, AddressOf(application, options));
  if (!client.address_.contains("://")) client.address_ = "http://" + client.address_;
  while (client.address_.ends_with('/')) client.address_.pop_back();
  if (!options.token_file.empty()) {
    TRY_ASSIGN(client.token_, application->env.disk->ReadAll(options.token_file));
    while (!client.token_.empty() && client.token_.back() <= ' ') client.token_.pop_back();
  } else if (application->env.variables) {
    client.token_ = application->env.variables(kTokenVariable).value_or("");
  }
  return client;
}

Result<JsonDocument> DoorClient::Get(const std::string& path) const {
  HttpRequest request;
  request.method = "GET";
  request.url = address_ + path;
  return Send(std::move(request));
}

Result<JsonDocument> DoorClient::Post(const std::string& path, const std::string& type,
                                      std::string body) const {
  HttpRequest request;
  request.method = "POST";
  request.url = address_ + path;
  request.headers.emplace_back("Content-Type", type);
  request.body = std::move(body);
  return Send(std::move(request));
}

Result<JsonDocument> DoorClient::Send(HttpRequest request) const {
  request.timeout = kTimeout;
  request.max_response_bytes = kAnswerBytesMax;
  if (!token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + token_);
  std::promise<Result<HttpResponse>> promise;
  auto answer = promise.get_future();
  application_->env.http->Send(std::move(request), [&promise](Result<HttpResponse> response) {
    promise.set_value(std::move(response));
  });
  Result<HttpResponse> response = answer.get();
  if (!response) {
    return ExternalError("MR0765", "nobody answers at " + address_,
                         response.error().message + " " + response.error().detail);
  }
  if (response->status / 100 != 2) return std::unexpected(ErrorOf(*response));
  auto document = JsonDocument::Parse(response->body);
  if (!document)
    return ExternalError("MR0765", address_ + " answers with something else than JSON");
  return *std::move(document);
}

std::string UrlEncode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

}  // namespace millrace
