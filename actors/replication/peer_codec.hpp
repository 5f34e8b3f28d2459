// The frames in which nodes speak of copies. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/core/error.hpp"
#include "actors/messages/replicas.hpp"

namespace warmfront {

/// What a frame is. Append only: neighbouring releases talk. Kinds below 16 are the gateways' own.
enum class replica_frame : std::uint16_t {
  keep_copies = 16,
  copies_kept,
  keep_progress,
  progress_kept,
  ask_adopted, ///< returned primary to holder: which of these are yours now?
  adopted,
  ask_known, ///< holder to primary: which of these do I keep for you?
  known,
  offer,       ///< former owner to holder: these are given up, take them
  taken,       ///< with those that are not
  drop_copies, ///< primary to holder: another one shall have these
  dropped,
  ask_offered, ///< new owner to former one: which of these do you still offer?
  offered,
  ask_taken, ///< former owner to holder, before it offers under another bond: which do you own?
  owned,
};

struct numbered_copies {
  std::uint64_t number = 0;
  std::vector<stored_copy> mails;
};
struct copies_answer {
  std::uint64_t number = 0;
  std::vector<message_id> refused;
};
struct mails_taken {
  std::uint64_t number = 0;
  std::vector<message_id> unknown;   ///< the former owner can have them back
  std::vector<message_id> elsewhere; ///< owned, with their copy at another node
};
struct numbered_messages {
  std::uint64_t number = 0;
  std::vector<message_id> ids;
};
struct numbered_progress {
  std::uint64_t number = 0;
  std::vector<copy_progress> recipients; ///< without holder
};

[[nodiscard]] std::string encode_copies(std::uint64_t number,
                                        const std::vector<stored_copy>& mails);
[[nodiscard]] std::string encode_copies_answer(const copies_answer& value);
[[nodiscard]] std::string encode_progress(std::uint64_t number,
                                          const std::vector<copy_progress>& recipients);
[[nodiscard]] std::string encode_progress_answer(std::uint64_t number);
[[nodiscard]] std::string encode_taken(const mails_taken& value);
[[nodiscard]] std::string encode_messages(const numbered_messages& value);

/// Fail with `protocol` for octets that are no such frame.
[[nodiscard]] result<numbered_copies> decode_copies(const std::string& octets);
[[nodiscard]] result<copies_answer> decode_copies_answer(const std::string& octets);
[[nodiscard]] result<numbered_progress> decode_progress(const std::string& octets);
[[nodiscard]] result<std::uint64_t> decode_progress_answer(const std::string& octets);
[[nodiscard]] result<mails_taken> decode_taken(const std::string& octets);
[[nodiscard]] result<numbered_messages> decode_messages(const std::string& octets);

} // namespace warmfront
