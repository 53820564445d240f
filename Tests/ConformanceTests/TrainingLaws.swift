// SPDX-License-Identifier: Apache-2.0
import GradusConformance
import GradusCore
import GradusFirstOrder
import GradusNumerics
import GradusProblems
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The mean cross-entropy of a linear model of classes, by its formula, with something for its curvature.
///
///     s = Wx + b,   f = 1/N Σᵢ log Σₖ exp sₖ − s_y,   ∂f/∂sₖ = 1/N (pₖ − [k = y])
struct SoftmaxRegression: HeldOutOracle, CurvatureOracle, ZerothOrderOracle {
  typealias Point = Buffer<Float>
  let classes: Int
  let features: Int
  let rows: [[Double]]
  let labels: [Int]
  /// The first rows are learned from, the others are held out.
  let learned: Int

  init(classes: Int, features: Int, learned: Int, heldOut: Int, seed: UInt64) {
    self.classes = classes
    self.features = features
    self.learned = learned
    var stream = RandomStream(seed: seed).child("softmax")
    labels = (0..<learned + heldOut).map { $0 % classes }
    rows = labels.map { label in (0..<features).map { stream.normal() + ($0 % classes == label ? 1 : 0) } }
  }

  var problem: Training {
    Training(
      layout: Layout([("weight", [classes, features]), ("bias", [classes])]),
      start: Buffer(repeating: 0, count: classes * features + classes), observationCount: learned,
      modelFingerprint: UInt64(classes), dataFingerprint: UInt64(features))
  }

  private func mean(at point: Buffer<Float>, of chosen: [Int], gradient: inout Buffer<Float>) -> Double {
    var total = 0.0
    for i in chosen {
      let scores = (0..<classes).map { k in
        (0..<features).reduce(Double(point[classes * features + k])) {
          $0 + Double(point[k * features + $1]) * rows[i][$1]
        }
      }
      let top = scores.max() ?? 0
      let sum = scores.reduce(0) { $0 + exp($1 - top) }
      total += (log(sum) + top - scores[labels[i]]) / Double(chosen.count)
      for k in 0..<classes {
        let slope = (exp(scores[k] - top) / sum - (k == labels[i] ? 1 : 0)) / Double(chosen.count)
        for j in 0..<features { gradient[k * features + j] += Float(slope * rows[i][j]) }
        gradient[classes * features + k] += Float(slope)
      }
    }
    return total
  }

  private func loss(_ point: Buffer<Float>, _ chosen: Range<Int>) -> Double {
    var unused = Buffer<Float>(repeating: 0, count: point.count)
    return mean(at: point, of: Array(chosen), gradient: &unused)
  }

  func linearization(
    at point: Buffer<Float>, of rows: [Int], stream: RandomStream
  ) async throws -> Linearization<Buffer<Float>> {
    var gradient = Buffer<Float>(repeating: 0, count: point.count)
    let value = mean(at: point, of: rows, gradient: &gradient)
    return Linearization(value: value, gradient: gradient)
  }

  var curvature: (any CurvatureOracle<Buffer<Float>>)? { self }

  /// The square of the gradient of the batch, with a tenth of noise: laws ask nothing of an estimate but that it is one.
  func curvatureDiagonal(
    at point: Buffer<Float>, of rows: [Int], by estimate: CurvatureEstimate, stream: RandomStream
  ) async throws -> Buffer<Float> {
    var (gradient, stream) = (Buffer<Float>(repeating: 0, count: point.count), stream)
    _ = mean(at: point, of: rows, gradient: &gradient)
    let scale = Float(estimate == .bartlett ? rows.count : 1)
    return Buffer(gradient.elements.map { scale * $0 * $0 * Float(1 + 0.1 * stream.uniform()) })
  }

  func heldOutLoss(at point: Buffer<Float>) async throws -> Double { loss(point, learned..<rows.count) }

  func value(at point: Buffer<Float>) async throws -> Double { loss(point, 0..<learned) }
}

/// A trainer with at most one flaw.
struct Trained<F: Flaw>: Catalogued, UpdatesInPlace {
  var trainer = Trainer<SGD>(SGD(), batchSize: 4, steps: 1_000_000)
  var unused = 3

  init() {}

  static var card: Card {
    Card(
      "trained-\(F.kind)", "a trainer for tests", guarantee: "none", reference: "by construction", trials: [])
  }

  static var settings: [Setting<Self>] {
    var settings: [Setting<Self>] = [Setting("batch", \.trainer.batchSize, in: 1...1000, "observations in a batch")]
    if F.kind == .idleSetting { settings.append(Setting("unused", \.unused, in: 0...100, "nothing at all")) }
    return settings
  }

  struct State: Sendable, Codable {
    var inner: Trainer<SGD>.State
    /// How many steps were made, as the flaw counts them.
    var factor = 1.0
    var shared: SharedNumber?
    var isLost = false

    private enum CodingKeys: CodingKey { case inner, factor, shared, isLost }

    init(_ inner: Trainer<SGD>.State) {
      self.inner = inner
      if F.kind == .keepsReference { shared = SharedNumber(0) }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      inner = try container.decode(Trainer<SGD>.State.self, forKey: .inner)
      factor = try container.decodeIfPresent(Double.self, forKey: .factor) ?? 1
      shared = try container.decodeIfPresent(SharedNumber.self, forKey: .shared)
      isLost = try container.decode(Bool.self, forKey: .isLost)
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(inner, forKey: .inner)
      if F.kind != .forgetsField { try container.encode(factor, forKey: .factor) }
      try container.encodeIfPresent(shared, forKey: .shared)
      try container.encode(isLost, forKey: .isLost)
    }
  }

  func start(_ problem: Training, random: RandomStream) -> State {
    State(trainer.start(problem, random: random))
  }

  func ask(_ s: inout State) -> MinibatchGradient<Buffer<Float>>? {
    guard var question = trainer.ask(&s.inner) else { return nil }
    if F.kind == .asksDifferentlyTwice {
      s.factor += 1
      question.rows.append(Int(s.factor) % 2)
    }
    return question
  }

  func tell(
    _ s: inout State, _ answer: consuming Linearization<Buffer<Float>>,
    to question: consuming MinibatchGradient<Buffer<Float>>
  ) {
    s.shared?.number += 1
    var answer = answer
    if F.kind == .forgetsField {
      s.factor *= 0.99
      answer.gradient[0] *= Float(s.factor)
    }
    if F.kind == .drawsFromSystem { answer.gradient[0] *= Float.random(in: 0.9...1) }
    if F.kind == .reportsNaN, !answer.value.isFinite { s.isLost = true }
    let kept = F.kind == .copiesBuffer ? question.point : nil
    trainer.tell(&s.inner, answer, to: question)
    withExtendedLifetime(kept) {}
  }

  func report(_ s: State) -> Report<Buffer<Float>> {
    var report = trainer.report(s.inner)
    if s.isLost { report.value = .nan }
    return report
  }

  func parameterAddress(in state: borrowing State) -> UInt { trainer.parameterAddress(in: state.inner) }
}

@Suite("Trainings obey the laws")
struct TrainingLawTests {
  private static func source(_ oracle: SoftmaxRegression, like name: String) throws -> ProblemSource {
    ProblemSource(try ProblemLibrary.problem(named: name).stated(as: [oracle.problem]), oracles: [oracle])
  }

  private static func sources() throws -> [ProblemSource] {
    [
      try source(.init(classes: 3, features: 2, learned: 40, heldOut: 9, seed: 1), like: "sphere,n=9"),
      try source(.init(classes: 2, features: 5, learned: 70, heldOut: 30, seed: 2), like: "sphere,n=12"),
      try source(.init(classes: 2, features: 9_999, learned: 3, heldOut: 2, seed: 3), like: "sphere,n=20000"),
    ]
  }

  /// The large problem is for the law about copies alone.
  private func results(_ entry: MethodEntry) async throws -> [LawResult] {
    let sources = try Self.sources()
    let (large, others) = (Array(sources.suffix(1)), Array(sources.prefix(2)))
    let laws = Conformance.laws.filter { $0.name != "no copying" }
    return await Conformance.check(entry, laws: laws, sources: others)
      + (await Conformance.check(entry, laws: [NothingCopied()], sources: large))
  }

  static let methods: [CatalogedMethod] = [
    MethodEntry(Trainer<SGD>.self), MethodEntry(Trainer<AdamW>.self), MethodEntry(EarlyStopping<Trainer<SGD>>.self),
    MethodEntry(CurvatureTrainer<Sophia>.self),
  ].map { CatalogedMethod(entry: $0) }

  @Test(arguments: methods) func `all laws hold`(_ method: CatalogedMethod) async throws {
    let results = try await results(method.entry)
    for result in results {
      #expect(result.holds, "\(result.law): \(result.violations.prefix(3).map(\.detail).joined(separator: "\n"))")
    }
    let tried = results.filter { if case .held = $0.finding { true } else { false } }.map(\.law)
    var expected = [
      "same seed", "report", "width", "asking", "a state is a value", "saving", "replay", "budget", "bad answers",
      "settings",
    ]
    if method.entry.type is any UpdatesInPlace.Type { expected.append("no copying") }
    #expect(Set(tried).isSuperset(of: expected), "only \(tried) were tried")
  }

  static let saboteurs: [Saboteur] = [
    Saboteur(Trained<DrawsFromSystem>.self, "same seed"), Saboteur(Trained<AsksDifferentlyTwice>.self, "asking"),
    Saboteur(Trained<KeepsReference>.self, "a state is a value"), Saboteur(Trained<ForgetsField>.self, "saving"),
    Saboteur(Trained<ReportsNaN>.self, "bad answers"), Saboteur(Trained<IdleSetting>.self, "settings"),
    Saboteur(Trained<CopiesBuffer>.self, "no copying"),
  ]

  @Test(arguments: saboteurs)
  func `a broken trainer is caught by the law about its flaw, and by no other`(_ saboteur: Saboteur) async throws {
    let broken = try await results(saboteur.entry).filter { !$0.holds }
    #expect(
      broken.map(\.law) == [saboteur.law],
      "\(broken.flatMap(\.violations).prefix(4).map(\.description).joined(separator: "\n"))")
  }

  @Test func `a trainer without a flaw breaks no law`() async throws {
    #expect(try await results(MethodEntry(Trained<Sound>.self)).flatMap(\.violations).isEmpty)
  }
}
