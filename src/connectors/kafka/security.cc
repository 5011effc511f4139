// SPDX-License-Identifier: Apache-2.0
#include "connectors/kafka/security.h"

#include <algorithm>

namespace millrace {
namespace {

using Settings = std::map<std::string, std::string>;
using Properties = std::vector<std::pair<std::string, std::string>>;

std::string Upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

std::string Get(const Settings& settings, const std::string& key) {
  const auto found = settings.find(key);
  return found == settings.end() ? std::string() : found->second;
}

std::unexpected<Error> Refuse(const std::string& key, std::string why, std::string hint = {}) {
  return UserError("MR0503", "'properties." + key + "' cannot be used", std::move(why),
                   std::move(hint));
}

/// Copies settings that mean the same to both.
void Copy(const Settings& settings, std::initializer_list<std::pair<const char*, const char*>> keys,
          Properties* properties) {
  for (const auto& [from, to] : keys) {
    const auto found = settings.find(from);
    if (found != settings.end()) properties->emplace_back(to, found->second);
  }
}

Status CheckTokenEndpoint(const std::string& url) {
  const std::string key = "sasl.oauthbearer.token.endpoint.url";
  if (url.empty()) return Refuse(key, "OAUTHBEARER needs the address of the token endpoint");
  if (url.starts_with("https://")) return OkStatus();
  for (const char* local : {"http://localhost:", "http://127.0.0.1:", "http://[::1]:"}) {
    if (url.starts_with(local)) return OkStatus();
  }
  return Refuse(key, "the client's secret would go over the network unencrypted",
                "use an https:// address");
}

Status AddOauth(const Settings& settings, const JaasConfig& jaas, Properties* properties) {
  const std::string handler = Get(settings, "sasl.login.callback.handler.class");
  if (!handler.empty() && !handler.ends_with(".OAuthBearerLoginCallbackHandler")) {
    return Refuse("sasl.login.callback.handler.class", "there is no Java here to run a class",
                  "OAuthBearerLoginCallbackHandler, the one of Kafka itself, is understood");
  }
  const std::string url = Get(settings, "sasl.oauthbearer.token.endpoint.url");
  TRY(CheckTokenEndpoint(url));
  const auto either = [&](const char* property, const char* option) {
    const std::string value = Get(settings, property);
    return value.empty() ? Get(jaas.options, option) : value;
  };
  const std::string id = either("sasl.oauthbearer.client.id", "clientId");
  const std::string secret = either("sasl.oauthbearer.client.secret", "clientSecret");
  const std::string scope = either("sasl.oauthbearer.scope", "scope");
  if (id.empty() || secret.empty()) {
    return Refuse("sasl.mechanism", "OAUTHBEARER needs a client id and a client secret",
                  "set properties.sasl.oauthbearer.client.id and .client.secret");
  }
  properties->emplace_back("sasl.oauthbearer.method", "oidc");
  properties->emplace_back("sasl.oauthbearer.token.endpoint.url", url);
  properties->emplace_back("sasl.oauthbearer.client.id", id);
  properties->emplace_back("sasl.oauthbearer.client.secret", secret);
  if (!scope.empty()) properties->emplace_back("sasl.oauthbearer.scope", scope);
  Copy(settings, {{"sasl.oauthbearer.extensions", "sasl.oauthbearer.extensions"}}, properties);
  return OkStatus();
}

Status AddSasl(const Settings& settings, Properties* properties) {
  const std::string mechanism = Upper(Get(settings, "sasl.mechanism"));
  JaasConfig jaas;
  if (const std::string text = Get(settings, "sasl.jaas.config"); !text.empty()) {
    TRY_ASSIGN(jaas, ParseJaasConfig(text));
  }
  const bool scram = mechanism == "SCRAM-SHA-256" || mechanism == "SCRAM-SHA-512";
  if (mechanism != "PLAIN" && !scram && mechanism != "OAUTHBEARER") {
    return Refuse(
        "sasl.mechanism",
        mechanism.empty() ? "SASL needs a mechanism" : "'" + mechanism + "' is not supported",
        "use PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER");
  }
  properties->emplace_back("sasl.mechanism", mechanism);
  if (mechanism == "OAUTHBEARER") return AddOauth(settings, jaas, properties);
  std::string user = Get(settings, "sasl.username");
  std::string password = Get(settings, "sasl.password");
  if (user.empty()) user = Get(jaas.options, "username");
  if (password.empty()) password = Get(jaas.options, "password");
  if (user.empty() || password.empty()) {
    return Refuse("sasl.mechanism", mechanism + " needs a user and a password",
                  "set properties.sasl.jaas.config, or properties.sasl.username and .password");
  }
  properties->emplace_back("sasl.username", user);
  properties->emplace_back("sasl.password", password);
  return OkStatus();
}

std::unexpected<Error> RefuseStore(const std::string& key, const std::string& type) {
  return Refuse(key, "a " + type + " store can only be read by Java",
                "keytool -exportcert -rfc (or openssl) writes the certificates as PEM; then set "
                "properties.ssl.ca.location to that file");
}

Status AddTrustStore(const Settings& settings, Properties* properties) {
  const std::string location = Get(settings, "ssl.truststore.location");
  std::string type = Upper(Get(settings, "ssl.truststore.type"));
  if (type.empty() && !location.empty()) type = location.ends_with(".pem") ? "PEM" : "JKS";
  if (!type.empty() && type != "PEM") return RefuseStore("ssl.truststore.location", type);
  Copy(settings,
       {{"ssl.truststore.location", "ssl.ca.location"},
        {"ssl.truststore.certificates", "ssl.ca.pem"},
        {"ssl.ca.location", "ssl.ca.location"},
        {"ssl.ca.pem", "ssl.ca.pem"}},
       properties);
  return OkStatus();
}

Status AddKeyStore(const Settings& settings, Properties* properties) {
  const std::string location = Get(settings, "ssl.keystore.location");
  std::string type = Upper(Get(settings, "ssl.keystore.type"));
  if (type.empty() && !location.empty()) {
    type = location.ends_with(".pem") ? "PEM" : location.ends_with(".p12") ? "PKCS12" : "JKS";
  }
  if (!type.empty() && type != "PEM" && type != "PKCS12") {
    return RefuseStore("ssl.keystore.location", type);
  }
  if (!location.empty() && type == "PEM") {
    properties->emplace_back("ssl.certificate.location", location);
    properties->emplace_back("ssl.key.location", location);
  } else if (!location.empty()) {
    properties->emplace_back("ssl.keystore.location", location);
    Copy(settings, {{"ssl.keystore.password", "ssl.keystore.password"}}, properties);
  }
  Copy(settings,
       {{"ssl.keystore.certificate.chain", "ssl.certificate.pem"},
        {"ssl.keystore.key", "ssl.key.pem"},
        {"ssl.certificate.location", "ssl.certificate.location"},
        {"ssl.certificate.pem", "ssl.certificate.pem"},
        {"ssl.key.location", "ssl.key.location"},
        {"ssl.key.pem", "ssl.key.pem"},
        {"ssl.key.password", "ssl.key.password"},
        {"ssl.cipher.suites", "ssl.cipher.suites"}},
       properties);
  return OkStatus();
}

}  // namespace

Result<Properties> TranslateKafkaSecurity(const Settings& settings) {
  Properties properties;
  const std::string protocol = Upper(Get(settings, "security.protocol"));
  const bool tls = protocol == "SSL" || protocol == "SASL_SSL";
  const bool sasl = protocol.starts_with("SASL_");
  if (!protocol.empty()) {
    if (protocol != "PLAINTEXT" && protocol != "SASL_PLAINTEXT" && !tls) {
      return Refuse("security.protocol", "'" + protocol + "' is no protocol of Kafka",
                    "use PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL");
    }
    properties.emplace_back("security.protocol", protocol);
  }
  if (!sasl && settings.contains("sasl.mechanism")) {
    return Refuse("sasl.mechanism", "security.protocol does not ask for SASL",
                  "set properties.security.protocol to SASL_SSL");
  }
  if (sasl) TRY(AddSasl(settings, &properties));
  TRY(AddTrustStore(settings, &properties));
  TRY(AddKeyStore(settings, &properties));
  if (const auto check = settings.find("ssl.endpoint.identification.algorithm");
      check != settings.end()) {
    properties.emplace_back("ssl.endpoint.identification.algorithm",
                            check->second.empty() ? "none" : check->second);
  }
  return properties;
}

Result<JaasConfig> ParseJaasConfig(const std::string& text) {
  const auto broken = [] {
    return Refuse("sasl.jaas.config", "it has not the form that Java's client reads",
                  "write: org.apache.kafka.common.security.plain.PlainLoginModule required "
                  "username=\"..\" password=\"..\";");
  };
  JaasConfig config;
  size_t at = 0;
  const auto skip_spaces = [&] {
    while (at < text.size() &&
           (text[at] == ' ' || text[at] == '\n' || text[at] == '\t' || text[at] == '\r')) {
      ++at;
    }
  };
  const auto word = [&](std::string_view stop) {
    const size_t begin = at;
    while (at < text.size() && stop.find(text[at]) == std::string_view::npos) ++at;
    return text.substr(begin, at - begin);
  };
  skip_spaces();
  config.module = word(" \n\t\r;");
  config.module = config.module.substr(config.module.rfind('.') + 1);
  skip_spaces();
  if (word(" \n\t\r;") != "required") return broken();
  for (skip_spaces(); at < text.size() && text[at] != ';'; skip_spaces()) {
    const std::string key = word(" =;");
    if (key.empty() || at >= text.size() || text[at] != '=') return broken();
    ++at;
    std::string value;
    if (at < text.size() && (text[at] == '"' || text[at] == '\'')) {
      const char quote = text[at++];
      while (at < text.size() && text[at] != quote) {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        value += text[at++];
      }
      if (at >= text.size()) return broken();
      ++at;
    } else {
      value = word(" \n\t\r;");
    }
    config.options[key] = value;
  }
  return config;
}

}  // namespace millrace
