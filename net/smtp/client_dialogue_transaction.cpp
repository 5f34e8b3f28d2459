// The part of the dialogue that runs transactions: MAIL, RCPT, DATA, the content.
#include "net/smtp/client_dialogue.hpp"

#include <cassert>
#include <utility>

#include "net/smtp/client_verdicts.hpp"

namespace warmfront::smtp {

void client_dialogue::on_transaction_reply(reply answer, client_actions& actions) {
  if (answer.code == 421) {
    // RFC 5321 §3.8: the peer closes. It answers what stands in front, and nothing behind that.
    if (!under_way_.empty() && output_.written() > under_way_.front().mail_begin) {
      fill_open(under_way_.front().verdicts, answer);
      finish(actions);
    }
    end(answer, no_reply("the peer closed the connection: " + to_string(answer)), actions);
    return;
  }
  if (under_way_.empty()) {
    violate("the peer sent a reply nobody asked for", actions);
    return;
  }
  under_way& current = under_way_.front();
  if (output_.written() <= current.group_begin) {
    violate("the peer answered before it was asked", actions);
    return;
  }
  switch (current.awaited) {
  case step::rset:
    if (!completed(answer)) {
      violate("the peer refused RSET: " + to_string(answer), actions);
      return;
    }
    reset_needed_ = false;
    if (!extensions_.pipelining && is_late(current.mail)) {
      actions.emplace_back(transmission_returned{current.mail.id});
      under_way_.pop_front();
      run_queue(actions);
      return;
    }
    continue_with(current, step::mail);
    break;
  case step::mail:
    on_mail_reply(current, std::move(answer), actions);
    break;
  case step::rcpt:
    on_rcpt_reply(current, std::move(answer), actions);
    break;
  case step::data:
    on_data_reply(current, std::move(answer), actions);
    break;
  case step::content:
    on_content_reply(current, std::move(answer), actions);
    break;
  }
}

void client_dialogue::on_mail_reply(under_way& current, reply answer, client_actions& actions) {
  if (intermediate(answer)) {
    violate("the peer answered MAIL with " + to_string(answer), actions);
    return;
  }
  if (negative(answer)) {
    current.mail_refused = true;
    fill_open(current.verdicts, answer);
    if (!extensions_.pipelining) {
      finish(actions);
      run_queue(actions);
      return;
    }
  }
  continue_with(current, step::rcpt);
}

void client_dialogue::on_rcpt_reply(under_way& current, reply answer, client_actions& actions) {
  if (intermediate(answer)) {
    violate("the peer answered RCPT with " + to_string(answer), actions);
    return;
  }
  reply& verdict = current.verdicts[current.asked[current.next_rcpt]];
  ++current.next_rcpt;
  if (completed(answer)) {
    ++current.accepted;
  } else if (verdict.code == 0) {
    // RFC 5321 §4.5.3.1.10: old servers say 552 for what is 452, too many recipients.
    const bool too_many = answer.code == 552 && current.accepted > 0 &&
                          (answer.status.empty() || answer.status == "5.5.3");
    verdict = too_many ? reply{452, "4.5.3", std::move(answer.text)} : std::move(answer);
  }
  if (current.next_rcpt < current.asked.size()) {
    continue_with(current, step::rcpt);
  } else if (current.accepted == 0 && !extensions_.pipelining) {
    reset_needed_ = true;
    finish(actions);
    run_queue(actions);
  } else {
    continue_with(current, step::data);
  }
}

void client_dialogue::on_data_reply(under_way& current, reply answer, client_actions& actions) {
  if (completed(answer) || (!negative(answer) && current.mail_refused && current.accepted > 0)) {
    // A dot would hand an empty mail to whoever was accepted.
    violate("the peer answered DATA with " + to_string(answer), actions);
    return;
  }
  if (negative(answer)) {
    reset_needed_ = !current.mail_refused;
    fill_open(current.verdicts, answer);
    finish(actions);
    run_queue(actions);
    return;
  }
  if (current.accepted > 0) {
    output_.append_text(current.mail.prefix);
    output_.append_data(current.mail.content, current.facts);
  } else {
    output_.append_text(".\r\n"); // RFC 2920 §3.1
  }
  current.data_end = output_.queued();
  current.awaited = step::content;
  run_queue(actions);
}

void client_dialogue::on_content_reply(under_way& current, reply answer, client_actions& actions) {
  const bool early = output_.written() < current.data_end;
  if (intermediate(answer) || (early && completed(answer))) {
    violate("the peer answered the content with " + to_string(answer) +
                (early ? " before its end" : ""),
            actions);
    return;
  }
  fill_open(current.verdicts, answer);
  finish(actions);
  if (early) {
    // The rest of the content must not follow: it would be read as commands.
    end(no_reply("the peer refused the content before its end: " + to_string(answer)),
        no_reply("the connection was given up"), actions);
    return;
  }
  run_queue(actions);
}

bool client_dialogue::is_late(const transmission& mail) const noexcept {
  return !allowed_ || (mail.not_after && *mail.not_after <= now_);
}

bool client_dialogue::may_begin() const noexcept {
  return under_way_.empty() || (extensions_.pipelining && under_way_.size() == 1 &&
                                under_way_.front().awaited == step::content);
}

void client_dialogue::run_queue(client_actions& actions) {
  while (!queue_.empty() && may_begin()) {
    transmission mail = std::move(queue_.front());
    queue_.pop_front();
    if (is_late(mail)) {
      actions.emplace_back(transmission_returned{mail.id});
      continue;
    }
    begin(std::move(mail), actions);
  }
  if (closing_ && queue_.empty() && under_way_.empty()) {
    phase_ = phase::quit;
    output_.append_text("QUIT\r\n");
  }
}

void client_dialogue::recall_late(client_actions& actions) {
  if (under_way_.size() < 2) {
    return; // the one in front is on the wire as soon as it is queued
  }
  const under_way& last = under_way_.back();
  if (is_late(last.mail) && output_.written() <= last.group_begin) {
    output_.take_back(last.group_begin);
    actions.emplace_back(transmission_returned{last.mail.id});
    under_way_.pop_back();
  }
}

void client_dialogue::begin(transmission mail, client_actions& actions) {
  under_way next;
  next.verdicts.resize(mail.recipients.size());
  if (mail.content != nullptr) {
    next.facts = inspect_content(*mail.content);
  }
  if (const auto refusal = refusal_of(mail, next.facts, extensions_)) {
    fill_open(next.verdicts, *refusal);
  }
  for (std::uint32_t index = 0; index < mail.recipients.size(); ++index) {
    if (!is_sendable_address(mail.recipients[index].address)) {
      next.verdicts[index] = {553, "5.1.3", "the address cannot be written in a RCPT command"};
    } else if (next.verdicts[index].code == 0) {
      next.asked.push_back(index);
    }
  }
  if (next.asked.empty()) {
    actions.emplace_back(transmission_finished{mail.id, std::move(next.verdicts), false, false});
    return;
  }
  next.mail = std::move(mail);
  under_way_.push_back(std::move(next));
  send_group(under_way_.back());
}

void client_dialogue::send_group(under_way& current) {
  current.group_begin = output_.queued();
  current.awaited = reset_needed_ ? step::rset : step::mail;
  current.mail_begin =
      current.group_begin + (reset_needed_ ? std::string_view{"RSET\r\n"}.size() : 0);
  if (!extensions_.pipelining) {
    send_command(current, current.awaited);
    return;
  }
  line_.clear();
  if (reset_needed_) {
    line_ += "RSET\r\n";
  }
  append_mail(line_, current.mail, current.facts, extensions_);
  for (const std::uint32_t index : current.asked) {
    append_rcpt(line_, current.mail.recipients[index], extensions_);
  }
  line_ += "DATA\r\n";
  output_.append_text(line_);
}

void client_dialogue::continue_with(under_way& current, step command) {
  current.awaited = command;
  if (!extensions_.pipelining) {
    current.group_begin = output_.queued();
    send_command(current, command);
  }
}

void client_dialogue::send_command(under_way& current, step command) {
  line_.clear();
  switch (command) {
  case step::rset:
    line_ += "RSET\r\n";
    break;
  case step::mail:
    append_mail(line_, current.mail, current.facts, extensions_);
    break;
  case step::rcpt:
    append_rcpt(line_, current.mail.recipients[current.asked[current.next_rcpt]], extensions_);
    break;
  case step::data:
    line_ += "DATA\r\n";
    break;
  case step::content:
    assert(false);
    break;
  }
  output_.append_text(line_);
}

} // namespace warmfront::smtp
