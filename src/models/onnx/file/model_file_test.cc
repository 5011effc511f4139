// SPDX-License-Identifier: Apache-2.0
#include "models/onnx/file/model_file.h"

#include <gtest/gtest.h>

#include "env/disk.h"
#include "models/onnx/file/model_source.h"

namespace millrace {
namespace {

std::string Bytes(const std::string& name) {
  auto bytes = MakeRealDisk()->ReadAll("tests/models/data/" + name + ".onnx");
  EXPECT_TRUE(bytes);
  return bytes ? *bytes : "";
}

std::string Refusal(const std::string& bytes) {
  const auto file = ParseOnnxModel(bytes);
  if (file) return "accepted";
  EXPECT_EQ(file.error().code, "MR0605");
  return file.error().message;
}

TEST(OnnxModelFileTest, ReadsTheSignature) {
  const auto file = ParseOnnxModel(Bytes("several"));
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_EQ(file->signature.inputs.size(), 3u);
  EXPECT_EQ(file->signature.inputs[0].name, "amount");
  EXPECT_EQ(file->signature.inputs[0].ToString(), "float64[N,1]");
  EXPECT_EQ(file->signature.inputs[2].ToString(), "string[N,1]");
  ASSERT_EQ(file->signature.outputs.size(), 5u);
  EXPECT_EQ(file->signature.outputs[4].ToString(), "float64[N,2]");
  EXPECT_EQ(file->opsets.at(""), 17);
  EXPECT_EQ(file->producer, "make_models");
  EXPECT_EQ(file->node_count, 6);
}

TEST(OnnxModelFileTest, WeightsAreNoInputs) {
  const auto file = ParseOnnxModel(Bytes("linear"));
  ASSERT_TRUE(file);
  ASSERT_EQ(file->signature.inputs.size(), 1u);
  EXPECT_EQ(file->signature.inputs[0].ToString(), "float32[N,3]");
}

TEST(OnnxModelFileTest, NamesTypesThatAreNoTensors) {
  const auto file = ParseOnnxModel(Bytes("logistic_zipmap"));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->signature.outputs[1].element_type, "sequence(map(int64,float32))");
}

TEST(OnnxModelFileTest, ReadsWhatTrainersExport) {
  for (const char* name : {"logistic", "boosted"}) {
    const auto file = ParseOnnxModel(Bytes(name));
    ASSERT_TRUE(file) << name << ": " << file.error().message;
    EXPECT_EQ(file->signature.inputs[0].ToString(), "float32[N,4]");
    EXPECT_EQ(file->signature.outputs.size(), 2u);
  }
}

TEST(OnnxModelFileTest, NoOtherFileIsOpened) {
  EXPECT_NE(Refusal(Bytes("external_parent")).find("leaves its folder, '../secret.bin'"),
            std::string::npos);
  EXPECT_NE(Refusal(Bytes("external_absolute")).find("absolute path, '/etc/passwd'"),
            std::string::npos);
  EXPECT_NE(Refusal(Bytes("external_beside")).find("another file, 'weights.bin'"),
            std::string::npos);
}

TEST(OnnxModelFileTest, RefusesHostileFiles) {
  EXPECT_NE(Refusal(Bytes("custom_operator")).find("custom domain 'evil.ops'"), std::string::npos);
  EXPECT_NE(Refusal(Bytes("absurd_size")).find("absurd size"), std::string::npos);
  EXPECT_NE(Refusal(Bytes("short_weights")).find("another size than the bytes"), std::string::npos);
  EXPECT_NE(Refusal(Bytes("nested_deep")).find("nested more than"), std::string::npos);
  EXPECT_NE(Refusal(Bytes("truncated")).find("damaged or cut off"), std::string::npos);
  EXPECT_EQ(Refusal(""), "the file is empty");
  EXPECT_EQ(Refusal("SELECT 1"), "this is no ONNX file");
}

TEST(OnnxModelFileTest, TooManyNodes) {
  std::string graph;
  for (int64_t i = 0; i <= kOnnxNodesMax; ++i) graph += std::string("\x0a\x00", 2);
  std::string length;
  for (size_t rest = graph.size(); rest > 0; rest >>= 7) {
    length += static_cast<char>((rest & 127) | (rest >= 128 ? 128 : 0));
  }
  const std::string file = std::string("\x08\x08\x42\x02\x10\x11\x3a", 7) + length + graph;
  EXPECT_NE(Refusal(file).find("more than 100000 nodes"), std::string::npos);
}

// Every prefix of a good file, and every file with one byte changed, is accepted or refused; the
// sanitizer build sees that no byte outside is read.
TEST(OnnxModelFileTest, AnyDamageIsSurvived) {
  for (const char* name : {"several", "linear", "logistic_zipmap", "nested_deep"}) {
    const std::string whole = Bytes(name);
    for (size_t size = 0; size < whole.size(); ++size) {
      const std::string part = whole.substr(0, size);
      (void)ParseOnnxModel(part);
    }
    EXPECT_NE(Refusal(whole.substr(0, whole.size() / 3)), "accepted");
    for (size_t i = 0; i < whole.size(); ++i) {
      std::string changed = whole;
      changed[i] = static_cast<char>(changed[i] ^ 0xff);
      (void)ParseOnnxModel(changed);
    }
  }
}

class ModelSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    disk_ = MakeRealDisk();
    env_.disk = disk_.get();
    char name[] = "/tmp/millrace_models_XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    folder_ = name;
  }
  void TearDown() override { (void)disk_->RemoveTree(folder_); }
  void Put(const std::string& path, const std::string& model) {
    const std::string full = folder_ + "/" + path;
    ASSERT_TRUE(disk_->CreateDirectories(full.substr(0, full.rfind('/'))));
    ASSERT_TRUE(disk_->WriteAtomic(full, Bytes(model)));
  }
  std::string Failure(const std::string& path) {
    const auto source = ReadOnnxModel(folder_ + path, env_);
    return source ? "found " + source->version : source.error().message;
  }

  std::unique_ptr<Disk> disk_;
  Environment env_;
  std::string folder_;
};

TEST_F(ModelSourceTest, VersionOfAFileIsItsContent) {
  Put("a.onnx", "linear");
  Put("b.onnx", "linear");
  Put("c.onnx", "several");
  const auto a = ReadOnnxModel(folder_ + "/a.onnx", env_);
  const auto b = ReadOnnxModel(folder_ + "/b.onnx", env_);
  const auto c = ReadOnnxModel(folder_ + "/c.onnx", env_);
  ASSERT_TRUE(a && b && c);
  EXPECT_EQ(a->version.size(), 12u);
  EXPECT_EQ(a->version, b->version);
  EXPECT_NE(a->version, c->version);
}

TEST_F(ModelSourceTest, HighestNumericVersionCounts) {
  Put("m/9/model.onnx", "linear");
  Put("m/10/fraud.onnx", "linear");
  Put("m/latest/model.onnx", "several");
  const auto source = ReadOnnxModel(folder_ + "/m", env_);
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_EQ(source->version, "10");
  EXPECT_EQ(source->path, folder_ + "/m/10/fraud.onnx");
  Put("m/11.onnx", "several");
  EXPECT_EQ(ReadOnnxModel(folder_ + "/m", env_)->version, "11");
}

TEST_F(ModelSourceTest, SaysWhatIsMissing) {
  EXPECT_NE(Failure("/none.onnx").find("does not exist"), std::string::npos);
  Put("m/next/model.onnx", "linear");
  EXPECT_NE(Failure("/m").find("has no numeric version"), std::string::npos);
  Put("m/1/a.onnx", "linear");
  Put("m/1/b.onnx", "linear");
  EXPECT_NE(Failure("/m").find("several .onnx files"), std::string::npos);
}

}  // namespace
}  // namespace millrace
