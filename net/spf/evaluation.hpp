// One walk through the records of a domain and those it includes, as far as answers are known.
// Inside `net/spf` only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/spf/check_host.hpp"
#include "net/spf/macro.hpp"
#include "net/spf/record.hpp"

namespace warmfront::spf {

/// As soon as an answer is missing, `wanted` is not empty, and what `check` returns means nothing.
class evaluation {
public:
  evaluation(macro_values values, const answers& known)
      : values_{std::move(values)}, known_{known} {}

  [[nodiscard]] verdict check(const std::string& domain);
  [[nodiscard]] const std::vector<question>& wanted() const noexcept { return wanted_; }
  [[nodiscard]] unsigned look_ups() const noexcept { return look_ups_; }
  [[nodiscard]] const macro_values& values() const noexcept { return values_; }

private:
  /// What a mechanism says; an error ends everything.
  enum class match : std::uint8_t { yes, no, temporary, permanent };

  [[nodiscard]] verdict evaluate(const record& of, const std::string& domain);
  [[nodiscard]] verdict redirected(const record& of, const std::string& domain);
  [[nodiscard]] match test(const mechanism& each, const std::string& domain);
  [[nodiscard]] match include(const std::string& target);
  [[nodiscard]] std::optional<match> end_without(const dns::record_answer* answer);
  [[nodiscard]] match test_hosts(const mechanism& each, const std::string& target);
  [[nodiscard]] match test_exchangers(const mechanism& each, const std::string& target);
  [[nodiscard]] match test_names(const std::string& target);

  [[nodiscard]] std::string target_of(const std::string& spec, const std::string& domain);
  [[nodiscard]] std::vector<std::string> validated_names();
  [[nodiscard]] dns::record_type address_type() const noexcept;
  /// None while it is not known; then it is wanted.
  [[nodiscard]] const dns::record_answer* ask(const std::string& name, dns::record_type type);
  /// Counts answers that hold nothing (§4.6.4); false: they are too many.
  [[nodiscard]] bool is_allowed(const dns::record_answer& answer);
  [[nodiscard]] bool is_waiting() const noexcept { return !wanted_.empty(); }
  [[nodiscard]] verdict fault(outcome what, const std::string& domain, std::string why) const;

  macro_values values_;
  const answers& known_;
  std::vector<question> wanted_;
  std::string why_; ///< of the last error in a mechanism
  unsigned look_ups_ = 0;
  unsigned void_look_ups_ = 0;
};

} // namespace warmfront::spf
