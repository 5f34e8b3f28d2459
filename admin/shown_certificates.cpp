#include "admin/shown_certificates.hpp"

#include <utility>

#include "net/tls/certificate_expiry.hpp"

namespace warmfront::admin {

void shown_certificates::read(const config::config& settings) {
  std::vector<certificate_view> shown;
  if (settings.tls) {
    shown.push_back({"smtp", settings.tls->certificate, {}});
  }
  if (settings.http.tls) {
    shown.push_back({"http", settings.http.tls->certificate, {}});
  }
  if (settings.cluster && !settings.cluster->certificate.empty()) {
    shown.push_back({"cluster", settings.cluster->certificate, {}});
  }
  for (auto& each : shown) {
    if (const auto end = net::certificate_expiry(each.file)) {
      each.expires_at = end.value();
    }
  }
  const std::lock_guard lock{guard_};
  shown_ = std::move(shown);
}

std::vector<certificate_view> shown_certificates::list() const {
  const std::lock_guard lock{guard_};
  return shown_;
}

} // namespace warmfront::admin
