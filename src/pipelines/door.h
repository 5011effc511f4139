// SPDX-License-Identifier: Apache-2.0
// Door: a listener through which the outside sees a running program and hands it rows. The
// composition root tells the runner how to open one, so neither knows the server.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "pipelines/running_pipelines.h"

namespace millrace {

struct DoorSettings {
  std::string listen = "127.0.0.1:8080";   // address and port; port 0: any free one
  std::vector<std::string> allowed_hosts;  // names in Host besides addresses and localhost
  std::string token;                       // of the control routes; empty: none
  bool insecure_listen = false;            // an address that others reach, without a token
  std::string tls_certificate;             // PEM files; empty: no TLS
  std::string tls_key;
};

class Door {
 public:
  /// Closes.
  virtual ~Door() = default;
  virtual std::string address() const = 0;  // bound: "127.0.0.1:40123"
  /// Where commands of this machine reach it without TLS.
  virtual std::string local_address() const { return address(); }
  /// Takes nothing more, answers what is in flight.
  virtual void Close() = 0;
};

/// `pipelines` outlives the door.
using DoorOpener =
    std::function<Result<std::unique_ptr<Door>>(const DoorSettings&, RunningPipelines* pipelines)>;

}  // namespace millrace
