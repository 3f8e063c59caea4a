/** Words of a fix from its offer to its verdict, and why somebody may not decide. */
export const fix = {
  'offer.refused.fallback': 'Reason: {reason}.',
  'card.title': '*{remediation}* · {environment} · `{handle}`',
  'card.tier.0': 'risk 0 (reads only)',
  'card.tier.1': 'risk 1 (one object, no data at risk)',
  'card.tier.2': 'risk 2 (users may notice)',
  'card.tier.3': 'risk 3 (data or quorum at risk)',
  'card.facts': '{tier} · plan `{hash:hash}` · {undo}',
  'card.undo.yes': 'can be undone for {ms:ms} afterwards',
  'card.undo.had': 'its plan has an undo',
  'card.undo.no': 'cannot be undone',
  'card.undo.is': 'an undo itself',
  'card.undo-title': 'Undo: {remediation}',
  'card.blast': '*What users will notice:* {text}',
  'card.blast.not-run': '*What users would have noticed:* {text}',
  'card.blast.ran': '*What users may have noticed:* {text}',
  'card.blast.live': '*What users will notice:* {text} Counted at {time:time}.',
  'card.target': 'Target: {target}',
  'card.step': '{idx}. {text}',
  'card.step.fallback': '{kind} on {target}',
  'card.nothing-before': 'nothing',
  'card.more-steps': '… and {count|# more step|# more steps} of the same plan, in the attached plan.',
  'card.reason': '*Reason given:* {reason}',
  'card.text-removed': 'text removed after {days|# day|# days}',
  'card.asked': 'Asked for by {who} at {time:time}.',
  'card.approved-by': 'Approved by {who} at {time:time} (plan `{hash:hash}`).',
  'card.glass-by': 'Break-glass by {who} at {time:time}: {reason}',
  'card.rejected-by': 'Rejected by {who} at {time:time}. {reason}',
  'card.needed': '{have} of {needed|# approval|# approvals}.',
  'card.asked-people': 'Asked to approve: {people}.',
  'card.because': '*Because:* {text}',
  'card.direct.may': 'You may approve this.',
  'card.direct': 'It was asked for in {place}.',
  'card.direct.thread': 'open the thread',
  'card.direct.private': 'It was asked for in a private conversation.',
  'card.taken-back': 'Taken back at {time:time} by `{handle}`: {part} is as it was before the fix.',
  'card.being-undone':
    'It worked, and its undo `{handle}` is under way. Until that has ended, the fix is in place.',
  'card.undo-unclear': 'How its undo `{handle}` ended is not known. A person must look.',
  'card.done-elsewhere': 'Done in {place} at {time:time}, as `{handle}`.',
  'card.done-elsewhere.private': 'Done in another place at {time:time}.',
  'card.back-elsewhere': 'Done in {place} as `{handle}`, and taken back at {back:time}.',
  'card.back-elsewhere.private': 'Done in another place, and taken back at {back:time}.',
  'card.over-elsewhere': 'It was asked for in {place} as `{handle}`, and is over: {state}.',
  'card.over-elsewhere.private': 'It was asked for in another place, and is over: {state}.',
  'card.until': 'Valid until {time:time}.',
  'temporary.for':
    'Temporary: {ms:ms} after it has worked I look whether it is still there, and ask you to keep it or to undo it. I do not undo it by myself.',
  'temporary.until':
    'Temporary: until {time:time}. Then I look whether it is still there, and say so here. I do not undo it by myself.',
  'temporary.over':
    'Temporary: its time was over at {time:time}, and it is still there. Put the same where the object is made, or undo it.',
  'temporary.gone': 'It was temporary, and is not there any more.',
  'temporary.kept': 'It was temporary, and it lasts now. What makes the object sets the same.',
  'temporary.undone': 'It was temporary, and was undone.',
  'card.first': ':point_up: Do `{first}` first: {part} stands on {below}.',
  'card.undo-until': 'Undo is possible until {time:time}.',
  'card.elsewhere':
    'The same fix is in {place}: `{handle}` is {state}. Nothing can be pressed here meanwhile.',
  'card.elsewhere.private':
    'The same fix is under way elsewhere: it is {state}. Nothing can be pressed here meanwhile.',
  'card.beside':
    'Another fix of the same target is in {place}: `{handle}` is {state}. This one can be asked for once that has ended.',
  'card.beside.private':
    'Another fix of the same target is under way: it is {state}. This one can be asked for once that has ended.',
  'card.overtaken':
    'Overtaken: `{handle}` in {place} has changed the same since. Nothing can be pressed here; if the problem is still there, ask again.',
  'card.overtaken.private':
    'Overtaken: another fix has changed the same since. Nothing can be pressed here; if the problem is still there, ask again.',
  'card.undo-state.requested': 'Waiting for approval by somebody else. The fix is still in place.',
  'card.undo-state.succeeded': 'Taken back: {part} is as it was before the fix. Expect the problem again.',
  'card.undo-state.failed': 'Could not be taken back. Look at the thread before trying again.',
  'card.undo-state.rejected': 'Rejected. The fix stays in place.',
  'card.undo-state.expired': 'Expired before it was decided. The fix stays in place.',
  'card.undo-state.cancelled': 'Cancelled. The fix stays in place.',
  'card.undo-state.stale': 'The target changed since the fix, so nothing was taken back.',
  'card.waiting.kill-switch': 'It waits: such fixes have been off since {since:time} ({person}): {why}',
  'card.waiting.kill-switch.bare': 'It waits: fixes are switched off ({why}).',
  'card.off': 'Until they are on again, nothing that is pressed here has an effect.',
  'card.waiting.record-held':
    'It waits: this database is older than its record. The highest risk tier must confirm it first.',
  'card.waiting.record-broken':
    'It waits: the head of the record is not its last row. The owner of the database must put it right first.',
  'card.waiting.record-unconfirmed': 'It waits: no place outside can confirm the record now.',
  'card.waiting.frozen': 'It waits: a freeze window forbids it now.',
  'card.waiting.outside-hours': 'It waits for the hours of the policy.',
  'card.waiting.limit-reached': 'It waits: the same fix ran too often within the hour.',
  'card.waiting.tier-3-at-once': 'It waits for another fix of risk 3.',
  'card.waiting.target':
    'It waits for `{other}` ({remediation}) on {target}, and begins by itself when that has ended.',
  'card.waiting.target-unknown':
    'It waits for `{other}` ({remediation}) on {target}. How that one ended is unknown: a person must look first.',
  'card.waiting.directory': 'It waits: Slack cannot say whether the approvers still count.',
  'card.waiting.cannot-look': 'It waits: the target cannot be checked now.',
  'card.state.proposed': 'Offered. Nothing has been changed.',
  'card.state.requested': 'Waiting for approval by somebody else. Nothing has been changed.',
  'card.state.approved': 'Approved. Waiting for a worker.',
  'card.state.executing': 'Running.',
  'card.state.verifying': 'Done; now checking that it worked.',
  'card.state.succeeded':
    'Done. The checks of its plan are healthy; whether the problem is gone was not asked.',
  'card.state.succeeded.gone': 'Fixed and verified. Asked again, the problem is gone.',
  'card.state.succeeded.still': 'Done, and *the problem is still there*.',
  'card.state.succeeded.not-due': 'Done, and *it does not count yet*.',
  'card.state.succeeded.unseen': 'Done. *Whether the problem is gone could not be checked.*',
  'card.state.succeeded.no-news':
    'Done. *Whether the problem is gone does not show yet:* what is found is from before the fix.',
  'card.state.succeeded.measured': 'Done, and the checks of its plan are healthy. What was measured:',
  'again.before': 'Before: {seen}.',
  'again.after': 'Now: {seen}.',
  'again.not-before': 'Nothing was measured before.',
  'again.nothing': '{look}: nothing found',
  'again.nothing.facts': '{look}: not found ({facts})',
  'again.facts': '{look}: {facts}',
  'again.unseen': 'could not see {look}',
  'again.unseen.why': 'could not see {look} ({why})',
  'due.postgres-restart': 'The limit of PostgreSQL is still {now}. From its next restart it is {next}.',
  'failed.unwell': 'Not well afterwards: {seen}.',
  'failed.said': 'Its own words: `{said}`',
  'failed.why': 'Why: {why}.',
  'card.state.failed': 'Failed. See below what is known of it before you try again.',
  'card.state.rolling_back': 'Taking the change back.',
  'card.state.rolled_back': 'Taken back: everything is as before.',
  'card.state.rollback_failed': 'Taking it back failed. A person must look at the target now.',
  'card.state.rejected': 'Rejected. Nothing has been changed.',
  'card.state.expired': 'Expired before it was decided. Nothing has been changed.',
  'card.state.expired.mended': 'What it was for is mended already. Nothing has been changed by it.',
  'card.state.expired.waited':
    'It waited for `{other}` until its approval ran out. Nothing has been changed. Ask for it again.',
  'card.state.cancelled': 'Cancelled. Nothing has been changed.',
  'card.state.superseded': 'Replaced by a newer plan. Nothing has been changed.',
  'card.state.stale.refused': 'It was not carried out, and nothing was changed. {why}',
  'card.state.stale': 'The target changed since the plan was made, so nothing was done. Ask for a new plan.',
  'card.state.indeterminate': 'It is not known whether the last step took effect. A person must look.',
  'card.work': '{done} of {total} ({share:ratio}).',
  'card.work.pace': '{perSecond} a second, {leftSeconds:seconds} left.',
  'card.work.bytes': '{done:bytes} of {total:bytes} ({share:ratio}).',
  'card.work.bytes.pace': '{perSecond:bytes} a second, {leftSeconds:seconds} left.',
  'card.work.lag': 'Waiting: a copy of the database is behind.',
  'card.work.locks': 'Waiting: another session waits for a lock.',
  'card.work.transactions': 'Waiting: an older transaction has to end.',
  'card.work.pod': 'Waiting: the Pod of the Job has not started.',
  'card.work.unseen': 'Waiting: the database cannot be looked at now.',
  'card.stopping': 'Stop was pressed: it ends after the current step or batch.',
  'confirm.request.title': 'Apply this fix?',
  'confirm.request.text': '{remediation} on {target} in {environment} (plan {hash:hash}). {next}',
  'confirm.request.now': 'It runs as soon as you confirm.',
  'confirm.request.others': 'It runs once {needed|another person approves|# other people approve}.',
  'confirm.approve.title': 'Approve exactly this plan?',
  'confirm.approve.text':
    '{remediation} on {target} in {environment} (plan {hash:hash}) runs at once when enough people have approved.',
  'confirm.approve-undo.text':
    '{remediation} on {target} in {environment} (plan {hash:hash}) takes the fix back at once when enough people have approved. The problem may return.',
  'confirm.undo.title': 'Take this fix back?',
  'confirm.undo.text':
    'This asks for the undo of {remediation} on {target} in {environment}. It is approved and verified like a fix.',
  'confirm.stop.title': 'Stop after this step?',
  'confirm.stop.text':
    'The current step is finished, the next ones are not begun. {target} may stay half changed.',
  'confirm.yes': 'Yes',
  'confirm.no': 'No',
  'event.requested': ':raised_hand: {who} asks to apply `{handle}` (plan `{hash:hash}`).',
  'event.requested.people': 'Who may approve: {people}',
  'event.approved': ':white_check_mark: {who} approved `{handle}` (plan `{hash:hash}`).',
  'event.waits':
    ':hourglass_flowing_sand: `{handle}` waits for `{other}`, which changes the same object. It begins by itself when that has ended, until {until:time} at the latest.',
  'event.rejected': ':no_entry: {who} rejected `{handle}` (plan `{hash:hash}`).',
  'event.cancelled': ':heavy_minus_sign: {who} cancelled `{handle}`. Nothing was changed.',
  'event.cancelled.place-shared':
    ':heavy_minus_sign: `{handle}` was cancelled: it was asked for in a channel that is shared with another organisation now. Nothing was changed. Ask for it again in another channel.',
  'event.moved-place.place-shared':
    ':arrow_right: `{handle}` was asked for in a channel that is shared with another organisation now. It goes on in {place}.',
  'event.cancelled.place-archived':
    ':heavy_minus_sign: `{handle}` was cancelled: it was asked for in a channel that was archived. Nothing was changed. Ask for it again in another channel.',
  'event.moved-place.place-archived':
    ':arrow_right: `{handle}` was asked for in a channel that was archived. It goes on in {place}.',
  'event.cancelled.place-deleted':
    ':heavy_minus_sign: `{handle}` was cancelled: it was asked for in a channel that was deleted. Nothing was changed. Ask for it again in another channel.',
  'event.moved-place.place-deleted':
    ':arrow_right: `{handle}` was asked for in a channel that was deleted. It goes on in {place}.',
  'event.cancelled.place-left':
    ':heavy_minus_sign: `{handle}` was cancelled: it was asked for in a channel that I was removed from. Nothing was changed. Ask for it again in another channel.',
  'event.moved-place.place-left':
    ':arrow_right: `{handle}` was asked for in a channel that I was removed from. It goes on in {place}.',
  'event.cancelled.place-uninstalled':
    ':heavy_minus_sign: `{handle}` was cancelled: the app was removed from Slack. Nothing was changed.',
  'event.cancelled.place-token-revoked':
    ':heavy_minus_sign: `{handle}` was cancelled: Slack has revoked my token. Nothing was changed.',
  'event.expired': ':hourglass: `{handle}` expired without a decision. Nothing was changed.',
  'event.expired.waited':
    ':hourglass: `{handle}` waited for `{other}` until its approval ran out. Nothing was changed. Ask for it again.',
  'event.superseded': ':heavy_minus_sign: `{handle}` was replaced by a newer plan. Nothing was changed.',
  'event.stale':
    ':warning: `{handle}`: the target is no longer as it was when the plan was made. Nothing was changed.',
  'event.stale.refused': ':warning: `{handle}` was not carried out, and nothing was changed. {why}',
  'event.stale.decision-forged':
    ':rotating_light: `{handle}`: no bot has made this decision, so nothing was done. Somebody may have changed my database: tell my operator.',
  'event.failed.decision-forged':
    ':rotating_light: `{handle}`: no bot has made this decision, so I stopped. Somebody may have changed my database: tell my operator.',
  'event.rollback_failed.decision-forged':
    ':rotating_light: `{handle}`: no bot has made this decision, so I took nothing back. Somebody may have changed my database: tell my operator.',
  'event.executing': ':gear: `{handle}` is running now.',
  'event.stop-requested':
    ':octagonal_sign: {who} pressed Stop on `{handle}`: it ends after the current step or batch.',
  'event.verifying': ':mag: `{handle}`: all steps are done, checking that it worked.',
  'event.succeeded':
    ':large_green_circle: `{handle}` is done, and the checks of its plan are healthy. Whether the problem is gone was not asked.',
  'event.succeeded.gone': ':large_green_circle: `{handle}` worked: asked again, the problem is gone.',
  'event.succeeded.still':
    ':large_orange_circle: `{handle}` is done, and *the problem is still there*. Another fix, or another cause, may be needed.',
  'event.succeeded.not-due': ':hourglass_flowing_sand: `{handle}` is done, and does not count yet.',
  'event.succeeded.unseen':
    ':large_orange_circle: `{handle}` is done. *Whether the problem is gone could not be checked.*',
  'event.succeeded.no-news':
    ':large_orange_circle: `{handle}` is done. Whether the problem is gone does not show yet: what is found is from before the fix.',
  'event.succeeded.measured':
    ':large_green_circle: `{handle}` is done, and the checks of its plan are healthy. What was measured:',
  'event.failed': ':red_circle: `{handle}` did not work.',
  'event.failed.not-verified':
    ':red_circle: `{handle}` was carried out, and not all was well afterwards within its time.',
  'event.failed.stopped-midway':
    ':octagonal_sign: `{handle}` was stopped after {done} of {total}. What was done stays. To go on, ask for the fix again.',
  'event.failed.stopped-whole':
    ':octagonal_sign: `{handle}` was stopped at {done} of {total}. Nothing of it is left. Asked for again, it begins anew.',
  'event.failed.gave-way':
    ':red_circle: `{handle}` gave way: another session waited behind it. Ask for it again when that one is done.',
  'event.failed.waited-too-long':
    ':red_circle: `{handle}` gave up: it waited too long for another transaction. Look for one that stays open, then ask for it again.',
  'event.failed.rows-twice':
    ':red_circle: `{handle}`: rows of the table are there twice, so the unique index cannot be built. Nothing of it is left.',
  'event.failed.was-ended':
    ':red_circle: `{handle}`: PostgreSQL ended its statement, because its time was over or somebody cancelled it.',
  'event.failed.model-redirected':
    ':red_circle: `{handle}`: the address of the model leads on to another one. Configure the last one. The old file was left as it was.',
  'event.failed.model-not-found':
    ':red_circle: `{handle}`: there is no file at the address of the model. The old file was left as it was.',
  'event.failed.model-not-given':
    ':red_circle: `{handle}`: the address of the model does not give it. The old file was left as it was.',
  'event.failed.model-no-size':
    ':red_circle: `{handle}`: the address of the model does not say how large it is. The old file was left as it was.',
  'event.failed.model-other-size':
    ':red_circle: `{handle}`: the address gives a file of another size than was approved. The old file was left as it was.',
  'event.failed.model-other-checksum':
    ':red_circle: `{handle}`: the file that was fetched has another checksum than the configuration names. The old file was left as it was.',
  'event.failed.model-silent':
    ':red_circle: `{handle}`: the address of the model stopped answering. The old file was left as it was.',
  'event.failed.model-too-slow':
    ':red_circle: `{handle}`: the fetch took longer than an hour. The old file was left as it was.',
  'event.failed.model-unreachable':
    ':red_circle: `{handle}`: the address of the model cannot be reached from the worker. The old file was left as it was.',
  'event.failed.model-no-room':
    ':red_circle: `{handle}`: the disk has no room for the model. The old file was left as it was.',
  'event.failed.model-unwritten':
    ':red_circle: `{handle}`: the worker could not write in the folder of the model. The old file was left as it was.',
  'event.failed.model-too-large':
    ':red_circle: `{handle}`: the address gives more than 2 GiB. The old file was left as it was.',
  'event.failed.model-job-unreachable':
    ':red_circle: `{handle}`: the Pod of the Job could not reach the address of the model. A NetworkPolicy may keep it from that. The old file was left as it was.',
  'event.failed.model-job-certificate':
    ':red_circle: `{handle}`: the image does not trust the certificate of the address. The old file was left as it was.',
  'event.failed.model-not-plain':
    ':red_circle: `{handle}`: at the place of the model is a link or a folder, and no plain file. The old file was left as it was.',
  'event.failed.model-no-former':
    ':red_circle: `{handle}`: the model was missing before the fix. There is no old file to go back to.',
  'event.failed.model-job-unwritten':
    ':red_circle: `{handle}`: the Job could not write in the folder of the model. The old file was left as it was.',
  'event.failed.model-job-no-python':
    ':red_circle: `{handle}`: there is no python3 in the image of the service. The old file was left as it was.',
  'event.failed.model-job-memory':
    ':red_circle: `{handle}`: the Pod of the Job was killed for its memory. The old file was left as it was.',
  'event.failed.model-job-failed':
    ':red_circle: `{handle}`: the Pod of the Job ended and said nothing. Look at it with kubectl describe. The old file was left as it was.',
  'event.failed.model-job-gone':
    ':red_circle: `{handle}`: somebody deleted the Job before it was done. The old file was left as it was.',
  'event.failed.model-job-no-pod':
    ':red_circle: `{handle}`: the cluster made no Pod for the Job: a quota or an admission rule may forbid it. The Job was deleted. The old file was left as it was.',
  'event.failed.model-job-image':
    ':red_circle: `{handle}`: the node does not get the image for the Pod of the Job. The Job was deleted. The old file was left as it was.',
  'event.failed.model-job-refused':
    ':red_circle: `{handle}`: the node refuses the Pod of the Job. The Job was deleted. The old file was left as it was.',
  'event.failed.model-job-unscheduled':
    ':red_circle: `{handle}`: the node of the service has no place for the Pod of the Job. The Job was deleted. The old file was left as it was.',
  'event.failed.model-job-unstarted':
    ':red_circle: `{handle}`: the Pod of the Job did not start within five minutes. The Job was deleted. The old file was left as it was.',
  'event.failed.changed-meanwhile':
    ':red_circle: `{handle}`: somebody else changed the same thing while it was watched. It is left as it is now.',
  'event.keep-patch': 'To keep it, put the lines of the plan where the object is made.',
  'event.rolling_back': ':rewind: `{handle}`: taking the change back.',
  'event.rolled_back': ':rewind: `{handle}` was taken back: everything is as before.',
  'event.rollback_failed':
    ':rotating_light: `{handle}` could not be taken back. A person must look at the target now.',
  'event.indeterminate':
    ':rotating_light: `{handle}`: it is not known whether the last step took effect. A person must look at the target now.',
  'event.undo.requested': ':raised_hand: {who} asks to take a fix back: `{handle}` (plan `{hash:hash}`).',
  'event.undo.cancelled': ':heavy_minus_sign: {who} cancelled the undo `{handle}`. The fix stays in place.',
  'event.undo.rejected': ':no_entry: {who} rejected the undo `{handle}`. The fix stays in place.',
  'event.undo.expired': ':hourglass: The undo `{handle}` expired without a decision. The fix stays in place.',
  'event.undo.verifying': ':mag: `{handle}`: all steps are done, checking that the old state is back.',
  'event.undo.succeeded': ':rewind: `{handle}`: taken back. {part} is as it was before the fix.',
  'event.undo.failed': ':red_circle: The undo `{handle}` did not work.',
  'page.requested': 'A fix waits for approval in {environment}: {remediation} ({handle}).',
  'page.reminder': 'A fix still waits for approval in {environment}: {remediation} ({handle}).',
  'page.unknown-outcome':
    'The outcome of a fix in {environment} is not known: {remediation} ({handle}). Somebody must look at it.',
  'event.temporary-over':
    ':hourglass: `{handle}` was temporary, its time was over at {ended:time}, and it is still there: {title}. Nothing that I can read says that it stands in a file, so it may be lost at any moment. {people}, please put the same where the object is made, or undo it.',
  'event.temporary-over.no-undo':
    ':hourglass: `{handle}` was temporary, its time was over at {ended:time}, and it is still there: {title}. Nothing that I can read says that it stands in a file, so it may be lost at any moment. {people}, please put the same where the object is made. I cannot undo it any more.',
  'event.temporary-gone':
    ':information_source: `{handle}` was temporary, and is not there any more: it was put back, or somebody has set another value. If the problem comes back, this is why.',
  'event.temporary-kept':
    ':large_green_circle: `{handle}` was temporary, and it lasts now. What makes the object sets the same.',
  'event.temporary-unseen':
    ':warning: `{handle}` is temporary and its time is over, but I cannot look at it now. I try again, and say what I find.',
  'event.came-back':
    ':warning: {people}, what `{handle}` repaired is back: {title} had worked at {worked:time}, and two looks since have found the cause again. I change nothing; ask anew before you apply it once more.',
  'event.came-back.check':
    ':warning: {people}, `{handle}` had worked at {worked:time}, and two looks since have found that its own check is not well any more: {title}. Whether it is the same cause is not known. I change nothing.',
  'event.reminder': ':bell: `{handle}` still waits for a decision.',
  'event.escalated': ':bell: `{handle}` still waits for a decision. {people}, you may approve it, too.',
  'event.reminder-unknown':
    ':rotating_light: It is still not known whether `{handle}` took effect. Look at the target, then say how it ended; nothing else can change it meanwhile.',
  'event.break-glass':
    ':rotating_light: {who} broke the glass: `{handle}` (plan `{hash:hash}`) runs without its approvals. Somebody else must look at it afterwards.',
  'event.break-glass-first':
    ':rotating_light: {who} broke the glass on `{handle}` (plan `{hash:hash}`). It waits for a second person: {people} of {needed}.',
  'event.break-glass-told':
    ':rotating_light: *Break-glass in {environment}:* {who} let `{handle}` ({title}) run without its approvals. Somebody else closes this: `/aetherius fixes close {handle} <what you found>`.',
  'event.follow-up-closed': ':white_check_mark: {who} closed the follow-up of `{handle}`.',
  'follow-up.line':
    ':rotating_light: *Open follow-up:* `{handle}` “{remediation}” ran without its approvals in {environment} since {since:time}.',
  'follow-up.how': 'Somebody else closes it: `/aetherius fixes close <id> <what you found>`.',
  'follow-up.closed': 'The follow-up of `{handle}` is closed.',
  'event.refused': ':no_entry: {who} may not decide `{handle}`. {reason}',
  'event.reason': 'Reason: {reason}',
  'record.anchor':
    ':anchor: Head of the audit log: row {seq}, {at:time}. Do not delete it: the bot compares its record with it.',
  'record.held':
    ':no_entry: *Nothing is decided or carried out:* this database is older than its record. It ends at row {seq}; row {anchored} was written down outside.',
  'record.held.elsewhere':
    ':no_entry: *Nothing is decided or carried out:* this database is older than its record.',
  'record.broken':
    ':no_entry: *Nothing is decided or carried out:* the head of the record names row {head}, and its last row is {last}. Somebody has changed this database.',
  'record.broken.how':
    'The owner of the database puts it right; docs/guides/approvals.md says how, under “When the head is not the last row”.',
  'record.how':
    'Those of the highest risk tier let it go on: `/aetherius fixes confirm <reason>`. Open fixes end.',
  'record.reading': 'Health checks, diagnoses and logs go on.',
  'record.goes-on':
    ':white_check_mark: *Decisions and fixes go on:* {who} has taken the record as it is. Reason: {reason}',
  'record.unconfirmed': 'No fix begins: no place outside can confirm the record now.',
  'record.confirmed': 'The record is taken as it is. {ended|# open fix|# open fixes} ended.',
  'switch.none': 'No fix is switched off.',
  'switch.all': ':no_entry: *All fixes are switched off* by {who} since {since:time}: {reason}',
  'switch.one': ':no_entry: *“{remediation}” is switched off* by {who} since {since:time}: {reason}',
  'switch.until': 'Until {until:time}.',
  'switch.still':
    'Checks, digests and alerts go on. A fix that runs ends after its step, and what it has done stays.',
  'switch.runs': 'Under way now ({count}):',
  'switch.runs-none': 'No fix is under way.',
  'switch.how': 'Those of the highest risk tier release it: `/aetherius fixes on <reason>`.',
  'fix.line': '`{handle}` {remediation} · {environment} · {state}',
  'fix.state.proposed': 'offered',
  'fix.state.requested': 'waiting for approval',
  'fix.state.approved': 'approved',
  'fix.state.executing': 'running',
  'fix.state.verifying': 'being verified',
  'fix.state.succeeded': 'succeeded',
  'fix.state.failed': 'failed',
  'fix.state.rolling_back': 'being taken back',
  'fix.state.rolled_back': 'taken back',
  'fix.state.rollback_failed': 'could not be taken back',
  'fix.state.rejected': 'rejected',
  'fix.state.expired': 'expired',
  'fix.state.cancelled': 'cancelled',
  'fix.state.superseded': 'replaced',
  'fix.state.stale': 'target changed',
  'fix.state.indeterminate': 'outcome unknown',
  'approvals.none': 'Nothing waits for a decision.',
  'approvals.title': '*Waiting for a decision: {count}*',
  'approvals.line':
    '`{handle}` · {remediation} · {environment} · plan `{hash:hash}` · asked for by {who} · until {until:time}',
  'approvals.how': 'Decide with `/aetherius approve <id>` or `/aetherius reject <id> <reason>`.',
  'decision.recorded': 'Recorded.',
  'decision.already-recorded': 'That was recorded already; nothing changed.',
  'decision.already-closed': 'The follow-up of `{handle}` was closed already.',
  'decision.too-late': 'Too late: `{handle}` is already {state}.',
  'decision.fallback': '`{handle}` is now {state}.',
  'fix.others': '{count|# other fix is|# other fixes are} possible.',
  'fix.others.choose': 'Choose another fix',
  'fix.proposing':
    'Making a plan for `{remediation}` in {environment}. Nothing is changed before it is approved.',
  denied: 'Refused: {reason} Nothing was done. Reference {reference}.',
  'denied.directory-unavailable':
    'Slack cannot tell me right now who may decide this, so nothing can be decided. Try again in a minute.',
  'denied.identity-mismatch': 'the account that pressed and the one Slack knows are not the same.',
  'denied.not-installed': 'the account belongs to a workspace in which this app is not installed.',
  'denied.deactivated': 'the account is deactivated.',
  'denied.bot': 'bots do not decide.',
  'denied.guest': 'guests do not decide.',
  'denied.stranger': 'people of another organisation do not decide.',
  'denied.not-in-policy': 'you are not on the list of those who may decide this.',
  'denied.access-unknown': 'Slack cannot tell me right now who you are. Try again in a minute, or ask {ask}.',
  'denied.access-mismatch': 'the account that asked and the one Slack knows are not the same; ask {ask}.',
  'denied.access-deactivated': 'the account is deactivated.',
  'denied.access-bot': 'apps see and start nothing here.',
  'denied.access-guest': 'guests see and start nothing here, unless they are named for it; ask {ask}.',
  'denied.access-external':
    'people of another organisation see and start nothing here, unless they are named for it; ask {ask}.',
  'denied.access-not-named': 'you are not on the list of those who may do this here; ask {ask}.',
  'denied.access-channel-unknown':
    'Slack cannot tell me whether this channel is shared with another organisation. Ask in a direct message, or ask {ask}.',
  'denied.access-shared-channel':
    'another organisation reads this channel. Ask in another channel or a direct message; {ask} can allow this one.',
  'denied.access-others-conversation':
    'that is not a direct message of your own, or Slack cannot tell me whose it is.',
  'denied.access-too-often':
    'too much was started here within a minute. Try again in {seconds|# second|# seconds}.',
  'access.ask-operator': 'the operator of this bot',
  'denied.token-off':
    'no tokens are issued here; the operator of this bot sets TOKEN_KEY and CLI_PORT for that.',
  'denied.token-too-many': 'you have ten tokens already; revoke one with /aetherius token revoke.',
  'denied.no-token': 'you have no token with that id; /aetherius token list shows yours.',
  'denied.token-wrong': 'this token is unknown here; /aetherius token in Slack issues one.',
  'denied.token-expired': 'this token has ended; /aetherius token in Slack issues a new one.',
  'denied.token-revoked': 'this token was revoked; /aetherius token in Slack issues a new one.',
  'denied.token-too-often': 'too many attempts within a minute; try again in {seconds} s.',
  'denied.joined-after-request': 'you joined the approvers after this was asked for; ask for it again.',
  'denied.decision-forged':
    'the request is not as I wrote it. Somebody may have changed my database: tell my operator.',
  'denied.own-request': 'you asked for it yourself, so somebody else must approve it.',
  'denied.channel-unknown': 'Slack cannot tell me whether this channel is shared with another organisation.',
  'denied.shared-channel': 'fixes are not decided in a channel that is shared with another organisation.',
  'denied.place-shared':
    'the channel in which it was asked for is shared with another organisation by now. Ask for it again in another channel.',
  'denied.place-closed':
    'the channel in which it was asked for is archived or deleted, or I am no longer in it. Ask for it again in another channel.',
  'denied.plan-mismatch': 'the plan you saw is not the plan that would run. Look at the card again.',
  'denied.no-approver': 'the policy names no approver for this.',
  'denied.no-undo': 'this fix cannot be undone.',
  'denied.undo-expired': 'it is too late to undo this by a button; ask for a new fix.',
  'denied.reason-required':
    'this needs a reason with a word in it. The button asks for one; that of an older message does not: ask the question again.',
  'denied.no-glass': 'the policy does not allow break-glass for this.',
  'denied.glass-reason': 'this needs a reason of at least {least|# character|# characters}; yours has {has}.',
  'denied.glass-channel':
    'the second channel cannot be told: it is shared, archived, or out of my sight. Tell my operator.',
  'denied.no-follow-up': 'this fix has no follow-up.',
  'denied.own-follow-up': 'you had a part in it, so somebody else must close it.',
  'denied.asked-elsewhere': 'the same fix has been asked for in another place ({other}).',
  'denied.target-busy': 'another fix of the same target is under way.',
  'denied.target-unknown':
    'the outcome of `{other}` on the same target is not known. Look at it, then say how it ended: `/aetherius resolve {other} worked|failed <reason>`.',
  'denied.frozen': 'a freeze window forbids it now.',
  'denied.outside-hours': 'it is allowed only within the hours of the policy.',
  'denied.record-held':
    'this database is older than its record, so nothing is decided. Those of the highest risk tier let it go on: `/aetherius fixes confirm <reason>`.',
  'denied.record-broken':
    'the head of my record is not its last row: somebody has changed my database. Decisions go on when its owner has put it right.',
  'denied.export-empty': 'the audit log has no such rows.',
  'denied.record-agrees': 'no anchor contradicts the record, so there is nothing to confirm.',
  'denied.record-unreachable': 'no place outside can be read now, so it is not known what to confirm.',
  'denied.kill-switch': 'such fixes have been off since {since:time} ({person}): {why}',
  'denied.no-remediation': 'there is no fix with that id. `/aetherius approvals` lists what waits.',
  'denied.no-action': 'there is no fix with that name.',
  'denied.too-late': 'it is too late: it is already {state}.',
  'denied.no-environment': 'please name an environment. Known: {known}.',
  'denied.unknown-environment': 'there is no environment “{environment}”.',
  'denied.old-button':
    'this button is no longer valid. `/aetherius approvals` shows what can be decided now.',
  'denied.newer-card':
    'this button is of an older card. I draw it anew: please press the one of the newer card.',
  'denied.card-not-yet': 'I have not noted yet where this card stands. Please press again in a few seconds.',
  'denied.button-forged':
    'I did not put this button there. Somebody may have access to my database: please tell my operators. `/aetherius approvals` lists what waits.',
  'denied.command-shape': 'the bot did not understand what this program sent; compare their versions.',
  'denied.button-shape': 'that click was not understood.',
} as const;
