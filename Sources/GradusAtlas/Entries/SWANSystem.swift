// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusLearning
import GradusNumerics

/// SWAN beside Adam and descent with momentum, on the perceptron and the transformer of `RuleLaboratory`.
///
/// Rows are neurons. Each side takes the best of nine settings on a development stream: nine rates, or three rates of SWAN
/// with three of its Adam for vectors, embeddings and the head. Bytes are counted of what the rules remember, the rows of Δ
/// on matrices of full row rank whose rows have a direction in common.
public struct SWANSystem: AtlasEntry {
  public static let system = "SWAN"
  public static let home = "SWAN"
  public static let scale = AtlasScale(
    paper: "LLaMA of 350 million and 1.3 billion parameters",
    here: "a perceptron of 26,000 and a transformer of 7,000 parameters (fast: 30 to 40 steps)")
  public static let claims = [
    AtlasClaim(
      "perceptron, Adam", "On the perceptron SWAN ends with at most 1.2 of Adam's loss.", metric: "final training loss",
      baseline: "Adam with its best of nine rates", .atMost, 1.2),
    AtlasClaim(
      "transformer, Adam", "On the transformer it ends with at most 1.2 of Adam's loss.", metric: "final training loss",
      baseline: "Adam with its best of nine rates", .atMost, 1.2),
    AtlasClaim(
      "perceptron, momentum", "On the perceptron it ends with at most a fifth of the loss of descent with momentum.",
      metric: "final training loss", baseline: "momentum 0.9 with its best of nine rates", .atMost, 0.2),
    AtlasClaim(
      "transformer, momentum", "On the transformer it ends with at most a fifth of the loss of descent with momentum.",
      metric: "final training loss", baseline: "momentum 0.9 with its best of nine rates", .atMost, 0.2),
    AtlasClaim(
      "nothing kept", "About matrices it remembers nothing.", metric: "bytes of state for the matrices", .atMost, 0,
      comparison: .value, requirement: .everySeed),
    AtlasClaim(
      "rows", "On matrices of full row rank the rows of Δ are orthogonal to within 5 %.",
      metric: "largest |cosine| between two rows", .atMost, 0.05, comparison: .value, requirement: .everySeed,
      isSecondary: true),
    AtlasClaim(
      "bytes", "Where matrices hold more than 95 % of the weights, all of its state is less than 5 % of Adam's.",
      metric: "bytes of state", baseline: "Adam", .atMost, 0.05, requirement: .everySeed, isSecondary: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled(
    "descent with momentum at a thousandth of its best rate; rows standardized and not whitened")

  public init() {}

  /// Rates of SWAN and of its Adam.
  struct Rates: Sendable {
    var matrices = 1e-3
    var others = 1e-3
  }

  /// The best rates, by workload.
  public struct Tuned: Sendable {
    var swan: [RuleLaboratory: Rates] = [:]
    var adam: [RuleLaboratory: Double] = [:]
    var momentum: [RuleLaboratory: Double] = [:]
  }

  public func tune(_ trial: AtlasTrial) async throws -> Tuned {
    var tuned = Tuned()
    for workload in RuleLaboratory.allCases {
      let pairs = [0.01, 0.03, 0.1].flatMap { matrices in
        [0.003, 0.01, 0.03].map { Rates(matrices: matrices, others: $0) }
      }
      tuned.swan[workload] = try await workload.best(of: pairs, trial) { Self.swan($0, workload) }
      let rates = [0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2]
      tuned.adam[workload] = try await workload.best(of: rates, trial) { Self.adam($0) }
      let steps = [0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1]
      tuned.momentum[workload] = try await workload.best(of: steps, trial) { Self.momentum($0) }
    }
    return tuned
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Tuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    var observations: [AtlasObservation] = []
    for (w, workload) in RuleLaboratory.allCases.enumerated() {
      try trial.step(0.45 * Double(w))
      let random = trial.random.child("workload", w)
      let rate = tuned.momentum[workload] ?? 0.1
      let ours =
        try isHonest
        ? workload.loss(Self.swan(tuned.swan[workload] ?? Rates(), workload), trial, random)
        : workload.loss(Self.momentum(1e-3 * rate), trial, random)
      let adam = try workload.loss(Self.adam(tuned.adam[workload] ?? 1e-3), trial, random)
      let momentum = try workload.loss(Self.momentum(rate), trial, random)
      let name = workload.rawValue
      observations.append(AtlasObservation("\(name), Adam", measured: ours, baseline: adam))
      observations.append(AtlasObservation("\(name), momentum", measured: ours, baseline: momentum))
    }
    try trial.step(0.9)
    let bytes = Self.bytes(trial, isHonest)
    observations.append(AtlasObservation("nothing kept", measured: bytes.matrices))
    observations.append(AtlasObservation("rows", measured: Self.cosine(trial, isHonest)))
    observations.append(AtlasObservation("bytes", measured: bytes.all, baseline: bytes.adam))
    return observations
  }

  private static func swan(_ rates: Rates, _ workload: RuleLaboratory) -> SWAN {
    var rule = SWAN()
    (rule.rate, rule.adam.rate) = (rates.matrices, rates.others)
    rule.exceptions = workload.exceptions
    return rule
  }

  private static func adam(_ rate: Double) -> Adam {
    var rule = Adam()
    rule.rate = rate
    return rule
  }

  private static func momentum(_ rate: Double) -> SGD {
    var rule = SGD()
    (rule.rate, rule.momentum) = (rate, 0.9)
    return rule
  }

  /// What the rules remember about a perceptron whose hidden widths this seed draws.
  private static func bytes(_ trial: AtlasTrial, _ isHonest: Bool) -> (matrices: Double, all: Double, adam: Double) {
    var random = trial.random.child("widths")
    let layout = Perceptron(widths: [64 + random.integer(below: 64), 512, 256 + random.integer(below: 256), 10]).layout
    let others = { (state: [Cells<Cell2>]) in Double(state.reduce(0) { $0 + 4 * $1.count * Cells<Cell2>.words }) }
    let adam = others([Adam().start(layout)])
    guard isHonest else {
      let momentum = Double(4 * SGD().start(layout).count * Cells<Cell1>.words)
      return (momentum, momentum, adam)
    }
    let state = swan(Rates(), .perceptron).start(layout)
    let matrices = Double(state.matrices.count * MemoryLayout<SWAN.Memory>.size)
    return (matrices, matrices + others(state.others), adam)
  }

  /// The largest |cosine| of two rows of Δ.
  private static func cosine(_ trial: AtlasTrial, _ isHonest: Bool) -> Double {
    var random = trial.random.child("matrices")
    var largest = 0.0
    for _ in 0..<3 {
      let (rows, columns) = (16 + random.integer(below: 17), 96 + random.integer(below: 65))
      let common = (0..<columns).map { _ in random.normal() }
      let gradient = (0..<rows * columns).map { Float(random.normal() + 0.7 * common[$0 % columns]) }
      var swan = SWAN()
      swan.rate = 1
      var step = RuleStep(swan, rows: rows, columns: columns)
      let changes =
        isHonest
        ? step.change(gradient)
        : (0..<rows).map { i in gradient[i * columns..<(i + 1) * columns].map(Double.init) }
      let lengths = RowLengths.of(changes)
      for i in changes.indices {
        for j in 0..<i {
          let inner = zip(changes[i], changes[j]).reduce(0) { $0 + $1.0 * $1.1 }
          largest = max(largest, abs(inner) / (lengths[i] * lengths[j]))
        }
      }
    }
    return largest
  }
}
