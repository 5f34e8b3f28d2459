// Values of header fields with parameters, as Content-Type has them (RFC 2045 §5.1).
#pragma once

#include <string>
#include <string_view>

namespace warmfront::mime {

/// `text/html; charset="utf-8"`. Reads whatever is there; comments are not understood.
class parameterised {
public:
  /// @param value unfolded
  explicit parameterised(std::string value) : value_{std::move(value)} {}

  /// What stands before the parameters, in lower case.
  [[nodiscard]] std::string type() const;
  /// Without quotes; empty: there is none.
  [[nodiscard]] std::string parameter(std::string_view wanted) const;

private:
  std::string value_;
};

} // namespace warmfront::mime
