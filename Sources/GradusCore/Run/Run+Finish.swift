// SPDX-License-Identifier: Apache-2.0

extension Run {
  /// Runs until the rule speaks or nothing is left to ask, then lets the problem judge the end.
  ///
  /// A `ParallelMethod` may have up to `width` questions in flight; others have one. The answers told, judging included,
  /// never exceed the limit of the rule: the judge's share is kept in reserve. An oracle that fails throws, and the run
  /// stays as it was before the question, ready to be saved or continued.
  @inlinable
  public func finish(
    until rule: some StoppingRule, width: Int = 1, delivery: Delivery = .inOrder
  ) async throws -> Solution<Method.Point> {
    guard let oracle else { throw noOracle }
    let reserve = judgingReserve(of: rule)
    if progress.answers == 0 { tellObservers(.started) }
    let reason: StopReason?
    if width > 1, method is any ParallelMethod {
      reason = try await advanceInParallel(until: rule, reserve: reserve, width: width, delivery: delivery, oracle)
    } else {
      reason = try await advance(until: rule, reserve: reserve, oracle)
    }
    return try await conclude(reason ?? ended, judgingAtMost: reserve)
  }

  /// Lets the problem judge what the method reports now.
  ///
  /// `judgingAtMost` bounds the questions of the judge; by default it is what the problem would like.
  public func conclude(_ reason: StopReason, judgingAtMost reserve: Int? = nil) async throws -> Solution<Method.Point> {
    let report = method.recommend(state)
    var verdict = Verdict(outcome: .unproved, certificate: .none("this problem cannot judge answers"))
    if let judged = problem as? any Judged<Method.Point> {
      let inquiry = Inquiry(
        oracle: judge, limit: reserve ?? judged.judgingLimit, notebook: notebook,
        counted: { [self] in account.count($0) })
      do {
        verdict = try await judged.judge(report, asking: inquiry, tolerances: tolerances)
      } catch {
        verdict.certificate = .none("the check failed: \(error)")
      }
    }
    account.elapsed = clock.now - startedAt
    if let saving { try save(to: saving.path) }
    for observer in observers { observer.note(.stopped(reason)) }
    return Solution(report: report, verdict: verdict, stopped: reason, progress: progress)
  }

  @usableFromInline
  var ended: StopReason {
    let report = method.report(state)
    if let limit = report.limit { return limit }
    if report.claim == .failed { return StopReason(.failure, "the method failed") }
    return StopReason(.converged, "nothing left to ask", meansConvergence: true)
  }

  @usableFromInline
  func judgingReserve(of rule: some StoppingRule) -> Int {
    guard let judged = problem as? any Judged<Method.Point> else { return 0 }
    guard let limit = rule.answerLimit else { return judged.judgingLimit }
    return min(judged.judgingReserve, limit / 4)
  }

  /// The verdict on what the progress would be once everything in flight is answered and the judge has had its share.
  @inlinable
  func verdict(_ rule: some StoppingRule, reserve: Int, inFlight: Int = 0, cost: Double = 0) -> StopReason? {
    if reserve == 0, inFlight == 0, cost == 0 { return rule.verdict(account) }
    var projected = account
    projected.answers += inFlight + reserve
    projected.cost += cost
    return rule.verdict(projected)
  }

  @inlinable
  func advance(
    until rule: some StoppingRule, reserve: Int, _ oracle: Question.Oracle
  ) async throws -> StopReason? {
    while true {
      if let reason = verdict(rule, reserve: reserve) { return reason }
      if Task.isCancelled { return StopReason(.interrupt, "cancelled") }
      if notebook == nil, flying.isEmpty {
        switch try stepNow(oracle) {
        case .answered: continue
        case .exhausted: return nil
        case .mustWait: break
        }
      }
      if flying.isEmpty { guard try ask() != nil else { return nil } }
      if let reason = verdict(rule, reserve: reserve, cost: flying[0].question.costEstimate) { return reason }
      let (number, answer) = try await answerOldest(oracle)
      try tell(number, answer: answer)
    }
  }

  @usableFromInline
  func advanceInParallel(
    until rule: some StoppingRule, reserve: Int, width: Int, delivery: Delivery, _ oracle: Question.Oracle
  ) async throws -> StopReason? {
    typealias Arrival = (number: Int, answer: Question.Answer)
    return try await withThrowingTaskGroup(of: Arrival.self) { group in
      var working = 0
      var arrived: [Int: Question.Answer] = [:]
      var estimate = 0.0
      var next = outstanding[...]  // of a resumed run: asked before, to be put first
      defer { group.cancelAll() }
      while true {
        // A stop counts what is in flight only as answers still to come, so no limit is overrun.
        let stop = verdict(rule, reserve: reserve) ?? (Task.isCancelled ? StopReason(.interrupt, "cancelled") : nil)
        if let stop { return stop }
        while working < width,
          verdict(rule, reserve: reserve, inFlight: working + arrived.count, cost: estimate) == nil
        {
          guard let ticket = try next.popFirst() ?? ask() else { break }
          let number = ticket.number
          let question = ticket.question
          estimate += question.costEstimate
          working += 1
          group.addTask {
            do {
              let answer = try await question.put(to: oracle)
              return (number, answer)
            } catch { throw OracleFailure(wrapping: error, question: question.kind) }
          }
        }
        guard let arrival = try await group.next() else { return nil }
        working -= 1
        arrived[arrival.number] = arrival.answer
        switch delivery {
        case .asArrived:
          arrived = [:]
          estimate -= outstanding.first { $0.number == arrival.number }?.question.costEstimate ?? 0
          try tell(arrival.number, answer: arrival.answer)
        case .inOrder:
          while let first = outstanding.first, let answer = arrived.removeValue(forKey: first.number) {
            estimate -= first.question.costEstimate
            try tell(first.number, answer: answer)
            if let stop = verdict(rule, reserve: reserve) { return stop }
          }
        }
      }
    }
  }
}
