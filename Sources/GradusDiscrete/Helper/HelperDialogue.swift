// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNative
import GradusNumerics

/// One question to one helper: sends the program, listens, interrupts, and in the end kills.
struct HelperDialogue {
  let child: ChildProcess
  let grace: (constant: Double, share: Double)
  let began: Double
  let isAskedToStop: () -> Bool
  let relay: (Interim) -> Void

  /// The best the helper told so far.
  private var incumbent = Interim()
  private var provisional: LinearAnswer?
  /// When and why the helper was told to stop.
  private var stopping: (since: Double, reason: LinearStatus)?
  private var toldToStop = false

  init(
    child: ChildProcess, grace: (constant: Double, share: Double), began: Double, isAskedToStop: @escaping () -> Bool,
    relay: @escaping (Interim) -> Void
  ) {
    self.child = child
    self.grace = grace
    self.began = began
    self.isAskedToStop = isAskedToStop
    self.relay = relay
  }

  /// The helper does not heed its limit.
  private struct Overdue: Error {}

  /// The answer of the helper, or what is left of it. Throws only `MissingComponent` and `SettingError`.
  mutating func answer(_ question: SolveLinear, about form: StandardForm) throws -> LinearAnswer {
    let limit = question.settings.timeLimit
    do {
      var timed = question
      try send(HelperMessage(model: form), limit)
      if let limit { timed.settings.timeLimit = max(0, limit - (MonotonicTime.now - began)) }
      try send(HelperMessage(question: timed), limit)
      // Points and rays have one element a column or row; a basis travels in the fields.
      let longest = max(form.variableCount, form.constraintCount)
      while true {
        try watch(limit, mayInterrupt: true)
        let message = try receive(longest, limit)
        switch message.kind {
        case .interim: hear(try message.interim(), form, question)
        case .provisional: provisional = try fitting(message.answer(), form)
        case .answer: return named(try fitting(message.answer(), form))
        case .missing: throw try message.missing()
        case .complaint: throw try message.complaint()
        case .model, .question, .interrupt: throw HelperError.damaged
        }
      }
    } catch is Overdue {
      child.kill()
      return remains(stopping?.reason ?? .failed, "HiGHS did not stop when asked to and was ended", form)
    } catch HelperError.closed {
      // A helper that has closed its end is about to be gone.
      let ending = child.wait(seconds: 1)
      return remains(.failed, ending.map { "HiGHS ended with \($0)" } ?? "HiGHS closed the connection", form)
    } catch let error as HelperError {
      child.kill()
      if case .system(let code) = error {
        return remains(.failed, "the helper cannot be reached (error \(code))", form)
      }
      return remains(.failed, "the helper sent something unreadable", form)
    }
  }

  private mutating func send(_ message: HelperMessage, _ limit: Double?) throws {
    let result = try message.send(over: child.channel) { () throws -> Void in try watch(limit) }
    switch result {
    case .success: break
    // Why it is gone is told by what it left to read, and by its ending.
    case .failure(.closed): break
    case .failure(.system(let code)): throw HelperError.system(code)
    }
  }

  private mutating func receive(_ longest: Int, _ limit: Double?) throws -> HelperMessage {
    try HelperMessage.receive(from: child.channel, limit: longest) { try watch(limit, mayInterrupt: true) }
  }

  /// Looks at clock and interruption: sends the request to stop once, and throws when its grace is over.
  private mutating func watch(_ limit: Double?, mayInterrupt: Bool = false) throws {
    let now = MonotonicTime.now
    if stopping == nil {
      if isAskedToStop() {
        stopping = (now, .interrupted)
      } else if let limit, now - began >= limit {
        stopping = (began + limit, .timeLimit)
      }
    }
    guard let stopping else { return }
    // While the program is still being sent another message would end up in its middle; the grace counts all the same.
    if mayInterrupt, !toldToStop {
      toldToStop = true
      _ = HelperMessage(kind: .interrupt).send(over: child.channel) {}
    }
    if now - stopping.since >= grace.constant + grace.share * (limit ?? 0) { throw Overdue() }
  }

  private mutating func hear(_ news: Interim, _ form: StandardForm, _ question: SolveLinear) {
    var news = news
    news.seconds = MonotonicTime.now - began
    if let point = news.point {
      guard point.count == form.variableCount else { return }
      incumbent.point = point
      incumbent.value = news.value
    }
    if let bound = news.bound { incumbent.bound = bound }
    incumbent.iterations = max(incumbent.iterations, news.iterations)
    incumbent.nodes = max(incumbent.nodes, news.nodes)
    relay(news)
  }

  /// The answer, if its vectors have the sizes of the program.
  private func fitting(_ answer: LinearAnswer, _ form: StandardForm) throws(HelperError) -> LinearAnswer {
    func fits(_ vector: Vector?, _ count: Int) -> Bool { vector.map { $0.count == count } ?? true }
    let rayLength = answer.status == .infeasible ? form.constraintCount : form.variableCount
    guard fits(answer.primal, form.variableCount), fits(answer.reducedCosts, form.variableCount),
      fits(answer.duals, form.constraintCount), fits(answer.ray, rayLength)
    else { throw .damaged }
    if let basis = answer.basis {
      guard basis.columns.count == form.variableCount, basis.rows.count == form.constraintCount else {
        throw .damaged
      }
    }
    return answer
  }

  /// An interruption by us because of a limit is that limit.
  private func named(_ answer: LinearAnswer) -> LinearAnswer {
    guard let stopping, answer.status == .interrupted else { return answer }
    var answer = answer
    answer.status = stopping.reason
    return answer
  }

  /// What is known when no answer comes: a statement that only lacked its proof, or the best point heard.
  private func remains(_ status: LinearStatus, _ cause: String, _ form: StandardForm) -> LinearAnswer {
    if let provisional { return provisional }
    var answer = LinearAnswer(status: status, source: "HiGHS")
    answer.failure = cause
    answer.primal = incumbent.point
    answer.objective = incumbent.point.map { form.objective(at: $0) }
    answer.bound = incumbent.bound
    answer.iterations = incumbent.iterations
    answer.nodes = incumbent.nodes
    return answer
  }
}
