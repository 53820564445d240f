// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Plain stochastic gradient descent on one flat buffer: x ← x − η·g.
struct PlainSGD: OptimizationMethod {
  var rate: Float = 0.1

  struct Problem: Fingerprinted {
    var count: Int
    var fingerprint: UInt64 { UInt64(count) }
  }
  struct State: Sendable, Codable {
    var parameters: Buffer<Float>
    var stream: RandomStream
    var steps = 0
  }

  func start(_ problem: Problem, random: RandomStream) -> State {
    State(parameters: Buffer(repeating: 1, count: problem.count), stream: random.child("minibatch"))
  }

  func ask(_ s: inout State) -> EstimateGradient<Buffer<Float>>? {
    EstimateGradient(point: s.parameters, stream: s.stream.child("step", s.steps))
  }

  func tell(
    _ s: inout State, _ answer: consuming Linearization<Buffer<Float>>,
    to question: consuming EstimateGradient<Buffer<Float>>
  ) {
    _ = consume question
    var span = s.parameters.elements.mutableSpan
    axpy(-rate, answer.gradient.elements.span, &span)
    s.steps += 1
  }

  func report(_ s: State) -> Report<Buffer<Float>> { Report(point: s.parameters) }
}

/// f(x) = ½|x|² with noise drawn from the question.
struct NoisyQuadratic: StochasticGradientOracle {
  func gradientEstimate(at point: Buffer<Float>, stream: RandomStream) -> Linearization<Buffer<Float>> {
    var stream = stream
    let noise = Float(stream.normal()) * 0.01
    return Linearization(value: 0, gradient: Buffer(point.elements.map { $0 + noise }))
  }
}

/// Keeps the best of what was ranked and offers mutants of it: uses only orders.
struct RankClimber: OptimizationMethod {
  struct State: Sendable, Codable {
    var best: Vector
    var stream: RandomStream
    var scale = 1.0
    var pending: [Vector]?
  }

  func start(_ problem: Unconstrained, random: RandomStream) -> State { State(best: problem.start, stream: random) }

  func ask(_ s: inout State) -> Rank<Vector>? {
    if s.pending == nil {
      let mutants = (0..<4).map { _ in
        let z = s.stream.normals(s.best.count)
        return s.best + s.scale * z
      }
      s.pending = [s.best] + mutants
    }
    return s.pending.map { Rank(points: $0) }
  }

  func tell(_ s: inout State, _ answer: consuming [Int], to question: consuming Rank<Vector>) {
    let first = answer[0]
    s.best = question.points[first]
    s.scale *= first == 0 ? 0.7 : 1.5
    s.pending = nil
  }

  func report(_ s: State) -> Report<Vector> { Report(point: s.best) }
}

struct QuadraticPreference: PreferenceOracle {
  func ranking(of points: [Vector]) -> [Int] {
    points.indices.sorted { (points[$0].inner(points[$0]), $0) < (points[$1].inner(points[$1]), $1) }
  }
}

/// Draws points of a box and keeps those no other dominates.
struct FrontSampler: ParallelMethod {
  struct State: Sendable, Codable {
    var domain: Box
    var stream: RandomStream
    var front: [FrontPoint<Vector>] = []
  }

  func start(_ problem: BoxConstrained, random: RandomStream) -> State {
    State(domain: problem.domain, stream: random)
  }

  func ask(_ s: inout State) -> EvaluateAll<Vector>? { EvaluateAll(point: s.domain.sample(&s.stream)) }

  func tell(_ s: inout State, _ answer: consuming Outcomes, to question: consuming EvaluateAll<Vector>) {
    let new = FrontPoint(point: question.point, outcomes: answer)
    if s.front.contains(where: { $0.outcomes.dominates(new.outcomes) }) { return }
    s.front.removeAll { new.outcomes.dominates($0.outcomes) }
    s.front.append(new)
  }

  func report(_ s: State) -> Report<Vector> {
    var report = Report(point: s.front.first?.point ?? s.domain.lower)
    report.front = s.front
    return report
  }
}

struct TwoParabolas: VectorOracle {
  func outcomes(at x: Vector) -> Outcomes {
    Outcomes(objectives: [x[0] * x[0] + x[1] * x[1], (x[0] - 1) * (x[0] - 1) + x[1] * x[1]])
  }
}

/// Runs a text, asks the advisor for a better one, and keeps the best.
struct Rewriter: OptimizationMethod {
  var costEstimate = 1.0

  struct State: Sendable, Codable {
    var best: String
    var candidate: String
    var score: Double?
    var feedback: String?
    var stream: RandomStream
    var turns = 0
  }

  func start(_ problem: TextTask, random: RandomStream) -> State {
    State(best: problem.start, candidate: problem.start, stream: random)
  }

  func ask(_ s: inout State) -> Language? {
    guard let feedback = s.feedback else { return .execute(["text": s.candidate]) }
    return .consult(
      prompt: "\(s.best) | \(feedback)", stream: s.stream.child("turn", s.turns), costEstimate: costEstimate)
  }

  func tell(_ s: inout State, _ answer: consuming Language.Answer, to question: consuming Language) {
    switch consume answer {
    case .execution(let execution):
      if execution.score > s.score ?? -.infinity {
        s.score = execution.score
        s.best = s.candidate
      }
      s.feedback = execution.feedback
    case .completion(let completion):
      s.candidate = completion.text
      s.feedback = nil
      s.turns += 1
    }
  }

  func report(_ s: State) -> Report<String> { Report(point: s.best, value: s.score.map { -$0 }) }
}

struct TextTask: Fingerprinted {
  var start: String
  var fingerprint: UInt64 {
    var print = Fingerprint()
    print.mix(start)
    return print.value
  }
}

/// Appends a letter drawn from the stream of the question, at a price of one a call.
struct ScriptedModel: LanguageModel {
  func complete(_ prompt: String, stream: RandomStream) -> Completion {
    var stream = stream
    let text = prompt.prefix { $0 != " " }
    let letter = ["a", "b", "c"][stream.integer(below: 3)]
    return Completion(text: text + letter, promptTokens: prompt.count, completionTokens: 1, cost: 1)
  }
}
