// Until when the certificates hold that this node shows to others.
#pragma once

#include <mutex>
#include <vector>

#include "admin/api/route.hpp"
#include "cluster-config/config.hpp"

namespace warmfront::admin {

/// Read with the certificates themselves, at the start and at each reload: a file that was renewed
/// since then is not what is shown. Thread-safe.
class shown_certificates {
public:
  explicit shown_certificates(const config::config& settings) { read(settings); }

  /// Reads the files that `settings` names. One that cannot be read has no end.
  void read(const config::config& settings);
  [[nodiscard]] std::vector<certificate_view> list() const;

private:
  mutable std::mutex guard_;
  std::vector<certificate_view> shown_;
};

} // namespace warmfront::admin
