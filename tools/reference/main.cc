// SPDX-License-Identifier: Apache-2.0
// reference [--check] DIR: writes the generated pages of docs/reference/ into DIR; with --check
// writes nothing and fails if a page there differs from what would be written.
#include <arrow/compute/initialize.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

#include "reference/pages.h"

namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool WriteFile(const std::string& path, const std::string& text) {
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) std::fprintf(stderr, "reference: cannot write %s\n", path.c_str());
  return static_cast<bool>(file);
}

}  // namespace

int main(int argc, char** argv) {
  const bool check = argc == 3 && std::string_view(argv[1]) == "--check";
  if (argc != 2 && !check) {
    std::fprintf(stderr, "usage: %s [--check] DIR\n", argv[0]);
    return 2;
  }
  if (!arrow::compute::Initialize().ok()) return 3;
  const std::string folder = argv[argc - 1];
  int differing = 0;
  for (const millrace::ReferencePage& page : millrace::MakeReferencePages()) {
    const std::string path = folder + '/' + page.file;
    if (ReadFile(path) == page.text) continue;
    ++differing;
    if (check) {
      std::fprintf(stderr, "reference: %s is out of date; run: make docs\n", path.c_str());
    } else if (!WriteFile(path, page.text)) {
      return 3;
    } else {
      std::printf("reference: wrote %s\n", path.c_str());
    }
  }
  return check && differing > 0 ? 1 : 0;
}
