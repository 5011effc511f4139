// SPDX-License-Identifier: Apache-2.0
#include "cli/client/door_address.h"

namespace millrace {
namespace {

std::string AddressPath(const std::string& data_dir) { return data_dir + "/listener"; }

}  // namespace

Status PublishAddress(Disk* disk, const std::string& data_dir, const std::string& address) {
  TRY(disk->CreateDirectories(data_dir));
  return disk->WriteAtomic(AddressPath(data_dir), address + "\n");
}

void WithdrawAddress(Disk* disk, const std::string& data_dir) {
  const Status status = disk->Remove(AddressPath(data_dir));
  static_cast<void>(status.has_value());  // whoever reads a stale one finds nobody there
}

Result<std::string> FindAddress(Disk* disk, const std::string& data_dir) {
  TRY_ASSIGN(const auto found, disk->Stat(AddressPath(data_dir)));
  if (!found) {
    return UserError("MR0765", "no running process has left its address in '" + data_dir + "'", "",
                     "start it with --listen :0, or say --address HOST:PORT");
  }
  TRY_ASSIGN(std::string address, disk->ReadAll(AddressPath(data_dir)));
  while (!address.empty() && address.back() == '\n') address.pop_back();
  return address;
}

}  // namespace millrace
