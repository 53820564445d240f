// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusLearning
import GradusNumerics

/// NorMuon beside Muon and Adam, on the perceptron and the transformer of `RuleLaboratory`.
///
/// Rows are neurons, as in the paper. Each side takes the best of three rates on development streams. Vectors, embeddings
/// and the head are trained by Adam in both others, with a tenth of the rate: an element moves about as far by either. The
/// rows of updates are those after 50 steps of the perceptron at the default rate 0.02 of both; where rates are larger, the
/// rows of Muon are more even by themselves. Lengths of updates and memory are compared on the same random gradients.
public struct NorMuonSystem: AtlasEntry {
  public static let system = "NorMuon"
  public static let home = "NorMuon"
  public static let scale = AtlasScale(
    paper: "language models of up to 5.4 billion parameters",
    here: "a perceptron of 26,000 and a transformer of 7,000 parameters (fast: 30 to 40 steps)")
  public static let claims = [
    AtlasClaim(
      "perceptron, Muon", "On the perceptron NorMuon ends with at most 1.02 of Muon's loss.",
      metric: "final training loss", baseline: "Muon with its best of three rates", .atMost, 1.02),
    AtlasClaim(
      "transformer, Muon", "On the transformer it ends with at most 1.02 of Muon's loss.",
      metric: "final training loss", baseline: "Muon with its best of three rates", .atMost, 1.02),
    AtlasClaim(
      "perceptron, Adam", "On the perceptron it ends with at most half of Adam's loss.", metric: "final training loss",
      baseline: "Adam with its best of three rates", .atMost, 0.5),
    AtlasClaim(
      "transformer, Adam", "On the transformer it ends with at most half of Adam's loss.",
      metric: "final training loss", baseline: "Adam with its best of three rates", .atMost, 0.5),
    AtlasClaim(
      "rows", "After 50 steps the lengths of the rows of its update vary at most half as much as Muon's.",
      metric: "standard deviation over mean of the lengths of rows, mean over the matrices", baseline: "Muon", .atMost,
      0.5, isSecondary: true),
    AtlasClaim(
      "length", "Its update is as long as Muon's, to 10⁻⁵.",
      metric: "|ratio of Frobenius norms − 1|, largest of 50 steps",
      .atMost, 1e-5, comparison: .value, requirement: .everySeed, isSecondary: true),
    AtlasClaim(
      "state", "It remembers at most one number for each row more than Muon.",
      metric: "numbers beyond Muon's, as a share of those", baseline: "1/columns", .atMost, 1,
      requirement: .everySeed, isSecondary: true),
  ]
  public static let standing = AtlasStanding.doesNotHold(
    tried:
      "the transformer with one training a seed and with the mean of four; rows at the tuned rates and at the default "
      + "one. On the perceptron it holds")
  public static let saboteur = AtlasSaboteur.crippled(
    "Muon at a thousandth of its best rate, with the length of Adam's updates and a second moment of every number")

  public init() {}

  /// The best rates, by workload.
  public struct Tuned: Sendable {
    var normuon: [RuleLaboratory: Double] = [:]
    var muon: [RuleLaboratory: Double] = [:]
    var adam: [RuleLaboratory: Double] = [:]
  }

  public func tune(_ trial: AtlasTrial) async throws -> Tuned {
    var tuned = Tuned()
    let rates = [0.03, 0.1, 0.3]
    for workload in RuleLaboratory.allCases {
      tuned.normuon[workload] = try await workload.best(of: rates, trial) { Self.normuon($0, workload) }
      tuned.muon[workload] = try await workload.best(of: rates, trial) { Self.muon($0, workload) }
      tuned.adam[workload] = try await workload.best(of: [0.01, 0.03, 0.1], trial) { Self.adam($0) }
    }
    return tuned
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Tuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    var observations: [AtlasObservation] = []
    for (w, workload) in RuleLaboratory.allCases.enumerated() {
      try trial.step(0.4 * Double(w))
      let random = trial.random.child("workload", w)
      let rate = tuned.muon[workload] ?? 0.02
      let muon = try workload.loss(Self.muon(rate, workload), trial, random)
      let adam = try workload.loss(Self.adam(tuned.adam[workload] ?? 1e-3), trial, random)
      let ours =
        try isHonest
        ? workload.loss(Self.normuon(tuned.normuon[workload] ?? 0.02, workload), trial, random)
        : workload.loss(Self.muon(1e-3 * rate, workload), trial, random)
      observations.append(AtlasObservation("\(workload.rawValue), Muon", measured: ours, baseline: muon))
      observations.append(AtlasObservation("\(workload.rawValue), Adam", measured: ours, baseline: adam))
    }
    try trial.step(0.8)
    let plain = try Self.variation(Self.muon(0.02, .perceptron), trial)
    let even = try isHonest ? Self.variation(Self.normuon(0.02, .perceptron), trial) : plain
    observations.append(AtlasObservation("rows", measured: even, baseline: plain))
    return observations + Self.shape(trial, isHonest)
  }

  private static func normuon(_ rate: Double, _ workload: RuleLaboratory) -> NorMuon {
    var rule = NorMuon()
    rule.rate = rate
    rule.adam.rate = 0.1 * rate
    rule.exceptions = workload.exceptions
    return rule
  }

  private static func muon(_ rate: Double, _ workload: RuleLaboratory) -> Muon {
    var rule = Muon()
    rule.rate = rate
    rule.adam.rate = 0.1 * rate
    rule.exceptions = workload.exceptions
    return rule
  }

  private static func adam(_ rate: Double) -> Adam {
    var rule = Adam()
    rule.rate = rate
    return rule
  }

  /// How much the lengths of the rows vary in the update that follows 50 steps of the perceptron.
  private static func variation(_ rule: some MatrixRule, _ trial: AtlasTrial) throws -> Double {
    let random = trial.random.child("rows")
    let workload = try RuleLaboratory.perceptron.workload(random, trial.effort)
    let loss = NetworkLoss(Perceptron(widths: [64, 128, 128, 10]), on: workload.learned)
    let layout = loss.model.layout
    var (order, point) = (random.child("order"), loss.model.initialParameters(random.child("start")))
    var memory = rule.start(layout)
    var before = point
    for t in 1...51 {
      try trial.step(0.8)
      let rows = (0..<workload.batch).map { _ in order.integer(below: workload.learned.count) }
      let answer = try loss.immediateLinearization(at: point, of: rows, stream: random)
      guard let gradient = answer?.gradient else { return .nan }
      before = point
      var span = point.elements.mutableSpan
      rule.update(
        &span, gradient: gradient.elements.span, state: &memory, layout: layout, context: StepContext(step: t))
    }
    let slots = layout.slots.filter { rule.shape(of: $0) != nil }
    let variations = slots.map { slot in
      // The model stores [inputs, outputs]: the row of a neuron is a column there.
      let neurons = slot.shape[1]
      return RowLengths.variation(
        RowLengths.of(
          (0..<neurons).map { neuron in
            stride(from: slot.offset + neuron, to: slot.offset + slot.count, by: neurons).map { k in
              Double(point.elements[k]) - Double(before.elements[k])
            }
          }))
    }
    return variations.reduce(0, +) / Double(variations.count)
  }

  /// Lengths of updates and numbers remembered, on the same random gradients.
  private static func shape(_ trial: AtlasTrial, _ isHonest: Bool) -> [AtlasObservation] {
    var random = trial.random.child("gradients")
    let (rows, columns) = (24 + random.integer(below: 40), 24 + random.integer(below: 40))
    var (ours, theirs) = (NorMuon(), Muon())
    (ours.rate, theirs.rate) = (1, 1)
    var longer = Muon()
    (longer.rate, longer.scale) = (1, .adam)
    var (even, plain) = (RuleStep(ours, rows: rows, columns: columns), RuleStep(theirs, rows: rows, columns: columns))
    var long = RuleStep(longer, rows: rows, columns: columns)
    var worst = 0.0
    for _ in 0..<50 {
      let scales = (0..<rows).map { _ in 0.1 + random.uniform() }
      let gradient = (0..<rows * columns).map { Float(scales[$0 / columns] * random.normal()) }
      let length = RowLengths.whole(RowLengths.of(plain.change(gradient)))
      let own = RowLengths.whole(RowLengths.of(isHonest ? even.change(gradient) : long.change(gradient)))
      worst = max(worst, abs(own / length - 1))
    }
    let moments = Double(plain.memory.matrices[0].count)
    let rest = Double(even.memory.matrices[0].momentum.count + even.memory.matrices[0].rows.count) - moments
    return [
      AtlasObservation("length", measured: worst),
      AtlasObservation("state", measured: isHonest ? rest / moments : 1, baseline: 1 / Double(columns)),
    ]
  }
}
