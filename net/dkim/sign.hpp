// Signatures over a mail (RFC 6376): relaxed/relaxed, with over-signed fields.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "net/dkim/private_key.hpp"

namespace warmfront::dkim {

/// Who signs: one signature.
struct signer {
  std::string domain; ///< `d=`, in A-labels
  std::string selector;
  std::shared_ptr<const private_key> key;
};

/// The DKIM-Signature fields to put before a mail, with CRLF, one for each signer: the body is
/// hashed once for all, each field is canonicalised once. Signed are all fields of RFC 6376 §5.4.1
/// that there are, List-Unsubscribe and List-Unsubscribe-Post (RFC 8058 §4); From, To, Cc, Subject,
/// Date, Message-ID, Reply-To, MIME-Version, Content-Type and both List fields once more than they
/// occur, so that none can be added. No `l=`. @pre `content` is a mail with CRLF line ends, not
/// dot-stuffed, and leaves as it is, behind `added`: whole fields, which are part of it.
/// `invalid_argument` for one without From.
[[nodiscard]] result<std::string> sign(std::string_view content, const std::vector<signer>& signers,
                                       wall_time now, std::string_view added = {});

} // namespace warmfront::dkim
