// What stands between the boundaries of a multipart (RFC 2046 §5.1.1).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace warmfront::mime {

/// The parts with their headers, in order, as views of `body`; the line end before a boundary
/// belongs to that. A multipart that is never closed ends with what there is; parts beyond `most`
/// are left out.
[[nodiscard]] std::vector<std::string_view>
multipart_bodies(std::string_view body, const std::string& boundary, std::size_t most);

} // namespace warmfront::mime
