// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
public import GradusCore
public import GradusNumerics

/// Texts by criticism and numbers by gradient or search, in one step.
///
///     run at (t, x)                      → score, stories, slopes ∂score/∂xᵢ where the workflow can be differentiated
///     t ← textual gradient descent       (the criticism of the run)
///     xᵢ ← xᵢ + rate·wᵢ·m̂ᵢ/(√v̂ᵢ + 10⁻⁸)   for numbers with a slope, wᵢ the width of their domain (Adam)
///     others                             the next point of a tree-structured Parzen estimator that hears the score
///
/// **Needs** a workflow with a text and a number or a choice, and a language model. **Keeps** the best values of all together.
/// **Guarantee** none but that the best seen is recommended. It has no end of its own. **Cost** that of textual gradient descent: numbers
/// need no question of their own. **Reference** Yuksekgonul et al., "TextGrad" (2024), for the texts; Kingma and Ba (2015) and Bergstra et al. (2011).
public struct MixedDescent: OptimizationMethod {
  /// How texts are changed.
  public var texts: TextualGradientDescent
  /// The first step of a number with a slope, as a share of the width of its domain.
  public var rate = 0.05

  public init() {
    texts = TextualGradientDescent()
    texts.textsOnly = true
    texts.keeps = false
  }

  /// Adam's memory of a slope.
  struct Moments: Sendable, Codable, Hashable {
    var first = 0.0
    var second = 0.0
    var count = 0
  }

  public struct State: Sendable, Codable {
    let given: Given<LanguageProgram>
    var texts: TextualGradientDescent.State
    var space: ParameterSpace?
    var search: TreeParzen.State?
    var pending: EvaluateAll<Vector>?
    /// Numbers and choices as they are run.
    var numbers: Assignment
    var moments: [String: Moments] = [:]
    var best: Assignment
    var bestScore: Double?
    /// What is being run, and the number of runs.
    var current: Assignment?
    var runs = 0
    var stream: RandomStream
  }

  public func start(_ problem: LanguageProgram, random: RandomStream) throws -> State {
    let searched = problem.parameters.filter(\.isSearched)
    guard !searched.isEmpty, !problem.instructionParameters.isEmpty else {
      throw Unsuitable(
        method: "mixed-descent", needs: "a text and a number or a choice",
        found: "\(problem.instructionParameters.count) texts, \(searched.count) others",
        remedy: searched.isEmpty ? "choose textual-gradient-descent" : "choose joint-prompt-search")
    }
    var numbers: Assignment = [:]
    for parameter in searched { numbers[parameter.name] = parameter.start }
    let space = try ParameterSpace(problem.parameters)
    let search = SearchProblem(space.space, starts: [space.point(numbers)], isNoisy: true)
    return State(
      given: Given(problem), texts: try texts.start(problem, random: random.child("texts")), space: space,
      search: try TreeParzen().start(search, random: random.child("search")), numbers: numbers, best: problem.start,
      stream: random)
  }

  public func ask(_ s: inout State) -> WorkflowTurn? {
    let turn = texts.ask(&s.texts)
    if let turn, case .consult = turn { return turn }
    if s.pending == nil, var search = s.search, let question = TreeParzen().ask(&search) {
      (s.search, s.pending) = (search, question)
      let values = s.space?.assignment(question.point) ?? [:]
      // What has slopes goes its own way.
      for (name, value) in values where s.moments[name] == nil { s.numbers[name] = value }
    }
    let whole = s.texts.values.merging(s.numbers) { _, own in own }
    s.current = whole
    s.runs += 1
    if case .run(_, let items, let stream)? = turn { return .run(whole, on: items, stream: stream) }
    // Nothing is left to say of the texts: numbers and choices go on alone.
    return .run(
      whole, on: s.given.value.places(texts.batch, s.stream.child("batch", s.runs)),
      stream: s.stream.child("run", s.runs))
  }

  public func tell(_ s: inout State, _ answer: consuming WorkflowTurn.Answer, to question: consuming WorkflowTurn) {
    let heard = answer
    if case .outcome(let outcome) = heard { take(outcome, &s) }
    if !s.texts.isStuck { texts.tell(&s.texts, heard, to: question) }
  }

  private func take(_ outcome: WorkflowOutcome, _ s: inout State) {
    if let current = s.current, s.bestScore.map({ outcome.score > $0 }) ?? true {
      (s.best, s.bestScore) = (current, outcome.score)
    }
    if var search = s.search, let question = s.pending {
      TreeParzen().tell(&search, Outcomes(objectives: [-outcome.score]), to: question)
      (s.search, s.pending) = (search, nil)
    }
    for parameter in s.given.value.parameters {
      guard let slope = outcome.slopes[parameter.name], case .number(let range) = parameter.domain,
        let x = s.numbers[parameter.name]?.double
      else { continue }
      var moments = s.moments[parameter.name] ?? Moments()
      moments.count += 1
      moments.first = 0.9 * moments.first + 0.1 * slope
      moments.second = 0.999 * moments.second + 0.001 * slope * slope
      let first = moments.first / (1 - VectorMath.exp(Double(moments.count) * VectorMath.log(0.9)))
      let second = moments.second / (1 - VectorMath.exp(Double(moments.count) * VectorMath.log(0.999)))
      s.moments[parameter.name] = moments
      let width = range.upperBound - range.lowerBound
      let scale = width.isFinite && width < 1e6 ? width : 1 + abs(x)
      let next = x + rate * scale * first / (second.squareRoot() + 1e-8)
      s.numbers[parameter.name] = .number(min(max(next, range.lowerBound), range.upperBound))
    }
  }

  public func report(_ s: State) -> Report<Assignment> {
    var report = Report(point: s.best, value: s.bestScore.map { -$0 })
    report.reasons = texts.report(s.texts).reasons + ["\(s.moments.count) numbers were led by slopes"]
    return report
  }
}

extension MixedDescent: LanguageMethod {
  public var hasEnd: Bool { false }
  public static let name = "mixed-descent"
  public static let summary = "texts by criticism, numbers by gradient or search, in one step"
  public static let settings: [Setting<Self>] =
    [Setting("rate", \.rate, in: 0...1, "the first step of a number with a slope, as a share of its domain")]
    + TextualGradientDescent.settings.filter { $0.name != "keeps" }.map { Setting(lifting: $0, \.texts) }
}
