// SPDX-License-Identifier: Apache-2.0
#include "env/real/kafka/handle.h"

#include <openssl/x509_vfy.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace millrace {
namespace {

constexpr size_t kTextBytes = 512;
constexpr int kWarning = 4;  // of syslog
constexpr auto kPassedAfter = std::chrono::seconds(60);

/// "[thrd:..]: 127.0.0.1:9092/1: Connect failed (after 3ms in state CONNECT)" without the thread
/// and the time, which would make every repetition a text of its own.
std::string Plain(std::string_view text) {
  if (text.starts_with("[thrd:")) {
    const size_t end = text.find("]: ");
    if (end != std::string_view::npos) text.remove_prefix(end + 3);
  }
  return std::string(text.substr(0, text.rfind(" (after ")));
}

/// The broker ended the connection with an alert of TLS, as it does when it does not accept our
/// certificate. In TLS 1.3 that comes after the handshake, so librdkafka calls it a lost
/// connection.
bool IsTlsAlert(std::string_view text) { return text.contains("SSL alert number"); }

bool UsesTokens(const KafkaConfig& config) {
  return std::ranges::any_of(config.properties, [](const auto& property) {
    return property.first == "sasl.mechanism" && property.second == "OAUTHBEARER";
  });
}

Status Set(rd_kafka_conf_t* conf, const std::string& key, const std::string& value) {
  std::array<char, kTextBytes> text{};
  if (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), text.data(), text.size()) ==
      RD_KAFKA_CONF_OK) {
    return OkStatus();
  }
  // The text of librdkafka may hold the value, which may be a secret.
  return UserError("MR0503", "Kafka does not take the property '" + key + "'",
                   "its value is out of range or of a wrong form");
}

/// Whose fault, and what to do, for the errors that users meet.
Error Classify(rd_kafka_resp_err_t code) {
  Error error{.code = "MR0524", .domain = ErrorDomain::kExternal};
  switch (code) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      error.code = "MR0523";
      error.domain = ErrorDomain::kUser;
      break;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE: error.code = "MR0527"; break;
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      error.domain = ErrorDomain::kUser;
      error.hint = "check the user, the password and the rights (ACLs) of the broker";
      break;
    case RD_KAFKA_RESP_ERR__SSL:
      error.domain = ErrorDomain::kUser;
      error.hint = "check properties.ssl.* and that the broker's listener speaks TLS";
      break;
    default: break;
  }
  if (MayPass(code)) {
    error.code = "MR0522";
    error.retryable = true;
  }
  return error;
}

}  // namespace

bool MayPass(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__ISR_INSUFF:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR__WAIT_CACHE:
    case RD_KAFKA_RESP_ERR__RETRY:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR:
    case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH: return true;
    default: return false;
  }
}

Error FromKafka(rd_kafka_resp_err_t code, std::string message, std::string detail) {
  Error error = Classify(code);
  error.message = std::move(message);
  error.detail = rd_kafka_err2str(code);
  if (!detail.empty()) error.detail += ": " + detail;
  return error;
}

Result<std::unique_ptr<KafkaHandle>> KafkaHandle::Make(rd_kafka_type_t type,
                                                       const KafkaConfig& config,
                                                       const KafkaDefaults& defaults,
                                                       DeliveryCallback delivered, void* opaque,
                                                       Prepare prepare) {
  auto handle = std::unique_ptr<KafkaHandle>(new KafkaHandle());
  handle->wake_ = config.wake;
  handle->opaque_ = opaque;
  KafkaOwned<rd_kafka_conf_t> conf(rd_kafka_conf_new());
  TRY(handle->Configure(conf.get(), config, defaults));
  rd_kafka_conf_set_opaque(conf.get(), handle.get());
  rd_kafka_conf_set_log_cb(conf.get(), &KafkaHandle::OnLog);
  rd_kafka_conf_set_error_cb(conf.get(), &KafkaHandle::OnError);
  rd_kafka_conf_set_ssl_cert_verify_cb(conf.get(), &KafkaHandle::OnCertificate);
  rd_kafka_conf_set_socket_cb(conf.get(), &KafkaHandle::OpenSocket);
  rd_kafka_conf_set_closesocket_cb(conf.get(), &KafkaHandle::CloseSocket);
  if (delivered != nullptr) rd_kafka_conf_set_dr_msg_cb(conf.get(), delivered);
  if (prepare != nullptr) prepare(conf.get(), opaque);
  // Tokens are fetched by librdkafka's own thread: a blocking question to the cluster serves
  // nobody.
  const bool tokens = UsesTokens(config);
  if (tokens) rd_kafka_conf_enable_sasl_queue(conf.get(), 1);
  std::array<char, kTextBytes> text{};
  handle->client_ = rd_kafka_new(type, conf.get(), text.data(), text.size());
  if (handle->client_ == nullptr) {
    return UserError("MR0524", "no Kafka client can be made from these properties", text.data());
  }
  (void)conf.release();  // the client owns it now
  if (tokens) {
    const KafkaOwned<rd_kafka_error_t> error(
        rd_kafka_sasl_background_callbacks_enable(handle->client_));
    if (error != nullptr) {
      return InternalError("tokens cannot be fetched", rd_kafka_error_string(error.get()));
    }
  }
  return handle;
}

Status KafkaHandle::Configure(rd_kafka_conf_t* conf, const KafkaConfig& config,
                              const KafkaDefaults& defaults) {
  KafkaDefaults all = defaults;
  if (!config.client_id.empty()) all["client.id"] = config.client_id;
  for (const auto& [key, value] : config.properties) all[key] = value;
  for (const auto& [key, value] : all) TRY(Set(conf, key, value));
  return OkStatus();
}

KafkaHandle::~KafkaHandle() {
  if (client_ != nullptr) rd_kafka_destroy(client_);
}

void KafkaHandle::OnLog(const rd_kafka_t* client, int level, const char* facility,
                        const char* text) {
  if (client == nullptr) return;
  // A listener that speaks TLS hangs up on the first plain request; librdkafka takes that lightly.
  const std::string_view said = text;
  const bool hung_up = std::string_view(facility) == "FAIL" &&
                       said.contains("connection closed by peer") &&
                       said.contains("in state APIVERSION_QUERY");
  const bool silent = std::string_view(facility) == "REQTMOUT";  // a broker that does not answer
  if (level >= kWarning && !hung_up && !silent) return;
  auto* handle = static_cast<KafkaHandle*>(rd_kafka_opaque(client));
  const std::lock_guard lock(handle->mutex_);
  if (handle->lasting_) return;
  handle->Tell(text);
  if (hung_up) handle->trouble_ += "; is its security.protocol another one?";
  handle->told_ = std::chrono::steady_clock::now();
}

void KafkaHandle::Tell(std::string_view text) {
  trouble_ = Plain(text);
  if (!certificate_.empty() && text.contains("certificate verify failed")) {
    trouble_ += ": " + certificate_;
  }
}

void KafkaHandle::OnError(rd_kafka_t* client, int code, const char* reason, void* opaque) {
  (void)client;
  auto* handle = static_cast<KafkaHandle*>(opaque);
  const std::lock_guard lock(handle->mutex_);
  handle->told_ = std::chrono::steady_clock::now();
  // "1/1 brokers are down" says less than what was said before about one of them.
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && !handle->trouble_.empty()) return;
  if (!handle->lasting_) handle->Tell(reason);
  if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION || code == RD_KAFKA_RESP_ERR__SSL) {
    handle->refusal_ = static_cast<rd_kafka_resp_err_t>(code);
  } else if (IsTlsAlert(reason)) {
    handle->refusal_ = RD_KAFKA_RESP_ERR__SSL;
  }
}

/// Decides nothing that OpenSSL has not decided; librdkafka does not tell its reason otherwise.
int KafkaHandle::OnCertificate(rd_kafka_t* client, const char* broker, int32_t broker_id,
                               int* error, int depth, const char* data, size_t size, char* text,
                               size_t text_size, void* opaque) {
  (void)client, (void)broker, (void)broker_id, (void)depth, (void)data, (void)size;
  if (*error == X509_V_OK) return 1;
  const std::string_view reason = X509_verify_cert_error_string(*error);
  if (text_size > 0) text[reason.copy(text, text_size - 1)] = '\0';
  auto* handle = static_cast<KafkaHandle*>(opaque);
  const std::lock_guard lock(handle->mutex_);
  handle->certificate_ = reason;
  return 0;
}

int KafkaHandle::OpenSocket(int domain, int type, int protocol, void* opaque) {
  const int made = ::socket(domain, type | SOCK_CLOEXEC, protocol);
  if (made < 0) return made;
  auto* handle = static_cast<KafkaHandle*>(opaque);
  const std::lock_guard lock(handle->sockets_mutex_);
  handle->sockets_.insert(made);
  return made;
}

int KafkaHandle::CloseSocket(int socket, void* opaque) {
  auto* handle = static_cast<KafkaHandle*>(opaque);
  const std::lock_guard lock(handle->sockets_mutex_);  // the number may be another's at once
  handle->sockets_.erase(socket);
  return ::close(socket);
}

void KafkaHandle::CutConnections() {
  const std::lock_guard lock(sockets_mutex_);
  for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
}

rd_kafka_resp_err_t KafkaHandle::Refusal() {
  const std::lock_guard lock(mutex_);
  return refusal_;
}

std::string KafkaHandle::Trouble() {
  const std::lock_guard lock(mutex_);
  if (!lasting_ && !trouble_.empty() && std::chrono::steady_clock::now() - told_ > kPassedAfter) {
    trouble_.clear();
  }
  return trouble_;
}

void KafkaHandle::ClearTrouble() {
  const std::lock_guard lock(mutex_);
  trouble_.clear();
  lasting_ = false;
  refusal_ = RD_KAFKA_RESP_ERR_NO_ERROR;
}

void KafkaHandle::ClearOutage() {
  const std::lock_guard lock(mutex_);
  if (lasting_) return;
  trouble_.clear();
  refusal_ = RD_KAFKA_RESP_ERR_NO_ERROR;
}

void KafkaHandle::SetTrouble(std::string text) {
  const std::lock_guard lock(mutex_);
  trouble_ = std::move(text);
  lasting_ = true;
  told_ = std::chrono::steady_clock::now();
}

Status KafkaHandle::Fatal() {
  std::array<char, kTextBytes> text{};
  const rd_kafka_resp_err_t code = rd_kafka_fatal_error(client_, text.data(), text.size());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return OkStatus();
  Error error = FromKafka(code, "the Kafka client cannot go on", text.data());
  error.retryable = false;
  return std::unexpected(std::move(error));
}

}  // namespace millrace
