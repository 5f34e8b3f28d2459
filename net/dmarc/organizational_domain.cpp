#include "net/dmarc/organizational_domain.hpp"

#include <libpsl.h>

#include <algorithm>

namespace warmfront::dmarc {

namespace {

std::string plain_name(std::string_view domain) {
  std::string name{domain};
  if (name.ends_with('.'))
    name.pop_back();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  // The list is asked with C strings.
  const bool is_odd = name.empty() || name.size() > 253 || name.front() == '.' ||
                      name.back() == '.' || name.find('\0') != std::string::npos ||
                      name.find("..") != std::string::npos;
  return is_odd ? std::string{} : name;
}

} // namespace

std::string organizational_domain(std::string_view domain) {
  const auto name = plain_name(domain);
  const char* const found =
      name.empty() ? nullptr : psl_registrable_domain(psl_builtin(), name.c_str());
  return found != nullptr ? std::string{found} : name;
}

bool is_public_suffix(std::string_view domain) {
  const auto name = plain_name(domain);
  return !name.empty() && psl_is_public_suffix(psl_builtin(), name.c_str()) != 0;
}

} // namespace warmfront::dmarc
