// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Steers the prompt of a generator of data until its samples are as wanted, without a single real row.
///
///     plant             run the generator → deviations e = measured − wanted, one for each rule
///     feedback-driven   every text with deviating rules ← advice(text, what is said of its deviations)
///     error-based       the text with the largest Σ|e| of its rules ← the same advice; kept when Σ|e| falls
///     control           numbers u ← clip(u₀ − Kp·e − Ki·Σe − Kd·Δe), e of the number's own rules; a sum stays as it is where it
///                       would push u further over an end of its range
///     combined          control of the numbers in every round, error-based advice for the texts, which have to lower Σ|e| of their
///                       own rules
///
/// The sheet of the review writes u ← u + Kp·e + …, which adds up a sum twice; the usual form is meant. With numbers, what is recommended
/// has the mean of each over the last `tail` rounds, which is less noisy than the last; else it is the best seen.
///
/// **Needs** a workflow whose remarks are `RuleDeviation`s (see `GeneratorTask`), and for texts a language model; remarks that are none
/// are counted. **Keeps** sums and last values of the deviations, the best assignment. **Guarantee** none: a share that can be reached and
/// rises with its number is reached up to the noise of a sample when Ki is small against the slope. **Cost** of a round: one run, and
/// one question for each text that is changed. **Reference** "Automatic Prompt Optimization Techniques: Exploring the Potential for
/// Synthetic Data Generation" (2025), a review of three families; K. J. Åström, R. M. Murray, *Feedback Systems*, chapter 11.
public struct GeneratorTuner: OptimizationMethod {
  /// Who turns deviations into changes.
  public enum Family: String, Sendable, Codable, CaseIterable { case feedback, errors, control, combined }

  public var family = Family.combined
  public var rounds = 15
  /// Kp, Ki, Kd.
  public var proportional = 0.5
  public var integral = 0.5
  public var derivative = 0.0
  /// Rounds whose numbers are averaged in the end.
  public var tail = 5

  public init() {}

  enum Stage: String, Sendable, Codable { case run, write }

  /// What is known of a number.
  struct Loop: Sendable, Codable, Hashable {
    var start: Double
    var sum = 0.0
    var last: Double?
    var history: [Double] = []
  }

  /// A text on trial: what it was before, and the deviations then.
  struct Experiment: Sendable, Codable, Hashable {
    var name: String
    var old: ParameterValue
    var before: [RuleDeviation]
  }

  public struct State: Sendable, Codable {
    let given: Given<LanguageProgram>
    var program: LanguageProgram { given.value }
    var current: Assignment
    var best: Assignment
    /// Σ|e| of the best, and of every round.
    var bestTotal: Double?
    public internal(set) var totals: [Double] = []
    var stage = Stage.run
    var deviations: [RuleDeviation] = []
    var loops: [String: Loop] = [:]
    var experiment: Experiment?
    /// Texts that advice is asked for, the last first.
    var waiting: [String] = []
    /// How often each text was changed in vain since it last helped.
    var failures: [String: Int] = [:]
    var questions = 0
    /// Advice that could not be used, and remarks that are no deviation.
    public internal(set) var wasted = 0
    public internal(set) var unreadable = 0
    var stream: RandomStream
  }

  public func start(_ problem: LanguageProgram, random: RandomStream) throws -> State {
    guard !problem.parameters.isEmpty else {
      throw Unsuitable(
        method: "generator-tuner", needs: "a parameter to change", found: "none", remedy: "name one in the workflow")
    }
    return State(given: Given(problem), current: problem.start, best: problem.start, stream: random)
  }

  private var controls: Bool { family == .control || family == .combined }

  // MARK: Asking

  public func ask(_ s: inout State) -> WorkflowTurn? {
    switch s.stage {
    case .run:
      // One run more than rounds of change tells what the last one did.
      guard s.totals.count <= rounds else { return nil }
      return .run(s.current, on: s.program.selection, stream: s.stream.child("run", s.totals.count))
    case .write:
      guard let name = s.waiting.last, let parameter = s.program.parameters.first(where: { $0.name == name }) else {
        return nil
      }
      return .consult(writing(s, parameter), stream: s.stream.child("advice", s.questions))
    }
  }

  private func writing(_ s: State, _ parameter: WorkflowParameter) -> String {
    let value = s.current[parameter.name]?.description ?? ""
    let own = s.deviations.filter { $0.parameter == parameter.name && $0.value != 0 }
    let told = (own.isEmpty ? s.deviations.filter { $0.value != 0 } : own).sorted { abs($0.value) > abs($1.value) }
    return """
      A part of a prompt makes a generator write rows of data\(s.program.purpose.isEmpty ? "" : ": \(s.program.purpose)").
      Improve the part "\(parameter.name)"\(parameter.purpose.isEmpty ? "" : ", \(parameter.purpose)"). So far it is:
      <value>
      \(value)
      </value>
      In a sample, these shares are not as wanted, the worst first:
      \(told.prefix(40).map { "- \($0.sentence)" }.joined(separator: "\n"))
      Write the new part between <improved> and </improved>, and nothing behind it.\
      \(parameter.constraint.map { " It must be \($0)." } ?? "")
      """
  }

  // MARK: Hearing

  public func tell(_ s: inout State, _ answer: consuming WorkflowTurn.Answer, to question: consuming WorkflowTurn) {
    switch consume answer {
    case .outcome(let outcome): take(outcome, &s)
    case .advice(let completion):
      s.questions += 1
      guard let name = s.waiting.popLast(), let parameter = s.program.parameters.first(where: { $0.name == name })
      else {
        return
      }
      if let said = LanguageProgram.improved(parameter, in: completion.text), let old = s.current[name],
        old != .text(said)
      {
        if family != .feedback { s.experiment = Experiment(name: name, old: old, before: s.deviations) }
        s.current[name] = .text(said)
      } else {
        s.wasted += 1
        s.failures[name, default: 0] += 1
      }
      if s.waiting.isEmpty { s.stage = .run }
    }
  }

  private func take(_ outcome: WorkflowOutcome, _ s: inout State) {
    let found = outcome.remarks.compactMap(RuleDeviation.init(remark:))
    s.unreadable += outcome.remarks.count - found.count
    let total = Self.size(found)
    s.totals.append(total)
    if !found.isEmpty, s.bestTotal.map({ total < $0 }) ?? true { (s.best, s.bestTotal) = (s.current, total) }
    // What could not be read changes nothing.
    s.deviations = found.isEmpty ? s.deviations : found
    if controls, !found.isEmpty { control(&s) }
    if !found.isEmpty { endExperiment(&s) }
    s.waiting = texts(s).reversed()
    if !s.waiting.isEmpty { s.stage = .write }
  }

  /// Σ|e|, of the rules of one parameter where one is named.
  private static func size(_ all: [RuleDeviation], of parameter: String? = nil) -> Double {
    all.reduce(0) { $0 + (parameter == nil || $1.parameter == parameter ? abs($1.value) : 0) }
  }

  private func endExperiment(_ s: inout State) {
    guard let experiment = s.experiment else { return }
    s.experiment = nil
    // Where numbers change as well, a text answers for its own rules.
    let scope = family == .combined ? experiment.name : nil
    if Self.size(s.deviations, of: scope) < Self.size(experiment.before, of: scope) {
      s.failures[experiment.name] = 0
    } else {
      s.current[experiment.name] = experiment.old
      s.failures[experiment.name, default: 0] += 1
      // Its rules are where they were; the others as they were just measured.
      s.deviations =
        s.deviations.filter { $0.parameter != experiment.name }
        + experiment.before.filter { $0.parameter == experiment.name }
    }
  }

  private func control(_ s: inout State) {
    for parameter in s.program.parameters {
      guard let u = s.current[parameter.name]?.double, let range = parameter.range else { continue }
      let e = s.deviations.reduce(0) { $0 + ($1.parameter == parameter.name ? $1.value : 0) }
      var loop = s.loops[parameter.name] ?? Loop(start: u)
      let change = loop.last.map { e - $0 } ?? 0
      let free = loop.start - proportional * e - integral * (loop.sum + e) - derivative * change
      let pushes = free > range.upperBound && e < 0 || free < range.lowerBound && e > 0
      if !pushes { loop.sum += e }
      loop.last = e
      let next = min(max(free, range.lowerBound), range.upperBound)
      s.current[parameter.name] = parameter.value(from: .number(next)) ?? s.current[parameter.name]
      loop.history = (loop.history + [next]).suffix(max(1, tail))
      s.loops[parameter.name] = loop
    }
  }

  /// Texts to be changed now.
  private func texts(_ s: State) -> [String] {
    let open = s.program.parameters.filter { parameter in
      guard case .text = parameter.domain else { return false }
      return family != .control && s.totals.count <= rounds && Self.size(s.deviations) > 0
    }.map(\.name)
    let concerned = open.filter { Self.size(s.deviations, of: $0) > 0 }
    if family == .feedback { return concerned.isEmpty ? open : concerned }
    // One at a time, so that it is known what helped; one that was changed in vain waits behind others.
    func urgency(_ name: String) -> Double {
      Self.size(s.deviations, of: name) / Double(1 + s.failures[name, default: 0])
    }
    let ranked = concerned.isEmpty ? Array(open.prefix(1)) : concerned
    return ranked.indices.max { (urgency(ranked[$0]), -$0) < (urgency(ranked[$1]), -$1) }.map { [ranked[$0]] } ?? []
  }

  public func report(_ s: State) -> Report<Assignment> {
    guard controls, !s.loops.isEmpty else { return Report(point: s.best, value: s.bestTotal) }
    var point = s.current
    if let experiment = s.experiment { point[experiment.name] = experiment.old }
    for (name, loop) in s.loops {
      guard let parameter = s.program.parameters.first(where: { $0.name == name }), !loop.history.isEmpty else {
        continue
      }
      let mean = loop.history.reduce(0, +) / Double(loop.history.count)
      point[name] = parameter.value(from: .number(mean)) ?? point[name]
    }
    return Report(point: point, value: s.totals.last)
  }

  /// The report with what was wasted in words.
  public func recommend(_ s: State) -> Report<Assignment> {
    var report = report(s)
    report.reasons = [
      "\(s.totals.count) samples, \(s.questions) pieces of advice of which \(s.wasted) could not be used, \(s.unreadable) remarks without a deviation"
    ]
    return report
  }
}

extension WorkflowParameter {
  /// Where its number lies; nil for anything else.
  var range: ClosedRange<Double>? {
    switch domain {
    case .number(let range): range
    case .whole(let range): Double(range.lowerBound)...Double(range.upperBound)
    default: nil
    }
  }
}
