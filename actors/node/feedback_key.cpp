#include "actors/node/feedback_key.hpp"

#include <chrono>
#include <future>
#include <string>
#include <utility>

#include "storage/formats/feedback.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

using feedback::token_key;
using shared_token_key = std::shared_ptr<const token_key>;

constexpr std::uint32_t token_key_schema = 1;
constexpr const char* token_key_name = "feedback/token_key";
constexpr std::chrono::milliseconds token_key_look_again{200};
constexpr std::chrono::seconds token_key_answer_within{5};

error control_is_silent() {
  return {errc::unavailable, "read the token key: the control store does not answer", {}};
}

/// The answer of an asynchronous call. One that comes later than this waits is dropped.
template <class Answer, class Call>
result<Answer> wait_for_control(Call call) {
  auto promise = std::make_shared<std::promise<result<Answer>>>();
  auto answered = promise->get_future();
  call([promise](const result<Answer>& found) { promise->set_value(found); });
  if (answered.wait_for(token_key_answer_within) != std::future_status::ready)
    return control_is_silent();
  return answered.get();
}

result<shared_token_key> open_token_key(const std::string& octets,
                                        const std::optional<seal_key>& sealing) {
  WARMFRONT_TRY(record, storage::parse_record<formats::token_key_record>(octets, token_key_schema,
                                                                         "the token key"));
  std::string secret = record.plain();
  if (secret.empty()) {
    const auto opened =
        sealing ? open_seal(*sealing, record.sealed(), token_key_name) : std::nullopt;
    if (!opened)
      return error{errc::refused, "read the token key: it is sealed with another secrets key",
                   "give this node the secrets key of its cluster", "secrets.key_file"};
    secret = *opened;
  }
  WARMFRONT_TRY(key, token_key::make(secret));
  return shared_token_key{std::make_shared<const token_key>(std::move(key))};
}

result<std::string> make_token_record(const std::optional<seal_key>& sealing) {
  WARMFRONT_TRY(made, make_seal_key()); // 32 octets of the system's randomness
  const std::string secret{made.begin(), made.end()};
  formats::token_key_record record;
  record.set_schema(token_key_schema);
  if (sealing) {
    WARMFRONT_TRY(sealed, seal(*sealing, secret, token_key_name));
    record.set_sealed(sealed);
  } else {
    record.set_plain(secret);
  }
  return record.SerializeAsString();
}

/// None: another node was faster, or it is not known whether this one was.
result<std::optional<shared_token_key>> try_token_key(storage::control_store& control,
                                                      const std::optional<seal_key>& sealing) {
  WARMFRONT_TRY(found, wait_for_control<storage::control_snapshot>(
                           [&](auto done) { control.range(token_key_name, std::move(done)); }));
  for (const auto& record : found.records) {
    if (record.key != token_key_name)
      continue;
    WARMFRONT_TRY(key, open_token_key(record.value, sealing));
    return std::optional{key};
  }
  WARMFRONT_TRY(made, make_token_record(sealing));
  storage::control_transaction first;
  first.when.push_back({token_key_name, 0});
  first.then.push_back({token_key_name, made});
  WARMFRONT_TRY(outcome, wait_for_control<storage::transaction_outcome>(
                             [&](auto done) { control.transact(first, std::move(done)); }));
  if (!outcome.applied)
    return std::optional<shared_token_key>{};
  WARMFRONT_TRY(key, open_token_key(made, sealing));
  return std::optional{key};
}

} // namespace

result<shared_token_key> find_feedback_key(storage::control_store& control,
                                           const std::optional<seal_key>& sealing,
                                           const std::function<bool()>& must_stop) {
  while (!must_stop()) {
    auto found = try_token_key(control, sealing);
    if (found && found.value())
      return *found.value();
    if (!found && found.error().code != errc::unavailable)
      return found.error();
    // Nothing is waited for but the control store: a promise that nobody keeps is the pause.
    if (!found)
      std::promise<void>{}.get_future().wait_for(token_key_look_again);
  }
  return error{errc::stopping, "the node was stopped while it waited for the control store", {}};
}

} // namespace warmfront
