#include "cluster-config/notation.hpp"

#include <cstdio>
#include <cstdlib>

#include "cluster-config/values.hpp"

namespace warmfront::config {

namespace {

template <class Item, class Show>
std::string list_text(const std::vector<Item>& items, Show show) {
  std::string text = "[";
  for (const auto& each : items)
    text += (text.size() > 1 ? ", " : "") + show(each);
  return text + "]";
}

} // namespace

std::string type_name(const std::string*) {
  return "text";
}
std::string type_name(const bool*) {
  return "boolean";
}
std::string type_name(const std::uint32_t*) {
  return "number";
}
std::string type_name(const std::uint64_t*) {
  return "size";
}
std::string type_name(const std::chrono::milliseconds*) {
  return "duration";
}
std::string type_name(const std::chrono::minutes*) {
  return "offset";
}
std::string type_name(const replication_mode*) {
  return "text";
}
std::string type_name(const std::vector<std::string>*) {
  return "list of texts";
}
std::string type_name(const std::vector<route_config>*) {
  return "list of tables";
}
std::string type_name(const std::vector<provider_config>*) {
  return "list of tables";
}

std::string toml_text(const std::string& value) {
  std::string text = "\"";
  for (const char each : value) {
    char escaped[8];
    if (each == '"' || each == '\\') {
      text += '\\';
      text += each;
    } else if (static_cast<unsigned char>(each) < 0x20 || each == 0x7f) {
      std::snprintf(escaped, sizeof escaped, "\\u%04X", static_cast<unsigned>(each));
      text += escaped;
    } else {
      text += each;
    }
  }
  return text + "\"";
}
std::string toml_text(bool value) {
  return value ? "true" : "false";
}
std::string toml_text(std::uint32_t value) {
  return std::to_string(value);
}
std::string toml_text(std::uint64_t value) {
  return toml_text(size_text(value));
}
std::string toml_text(std::chrono::milliseconds value) {
  return toml_text(duration_text(value));
}
std::string toml_text(std::chrono::minutes value) {
  const auto minutes = std::abs(value.count());
  char text[32];
  std::snprintf(text, sizeof text, "\"%c%02d:%02d\"", value.count() < 0 ? '-' : '+',
                static_cast<int>(minutes / 60), static_cast<int>(minutes % 60));
  return text;
}
std::string toml_text(replication_mode value) {
  switch (value) {
  case replication_mode::none:
    return toml_text(std::string{"none"});
  case replication_mode::preferred:
    return toml_text(std::string{"preferred"});
  case replication_mode::required:
    return toml_text(std::string{"required"});
  }
  return {};
}
std::string toml_text(const std::vector<std::string>& value) {
  return list_text(value, [](const std::string& each) { return toml_text(each); });
}
std::string toml_text(const std::vector<route_config>& value) {
  return list_text(value, [](const route_config& each) {
    return "{ domain = " + toml_text(each.domain) + ", to = " + toml_text(each.to) + " }";
  });
}
std::string toml_text(const std::vector<provider_config>& value) {
  return list_text(value, [](const provider_config& each) {
    return "{ name = " + toml_text(each.name) + ", domains = " + toml_text(each.domains) +
           ", hosts = " + toml_text(each.hosts) + " }";
  });
}

} // namespace warmfront::config
