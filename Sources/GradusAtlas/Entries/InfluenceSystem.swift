// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusLearning
import GradusNumerics

/// Influence by the corrected Kronecker factors (EK-FAC) beside exact damped Gauss–Newton influence, and as a way from an answer
/// back to the text that taught it.
///
/// A seed is five networks 8-16-16-4 with tanh, each of which learns 300 observations of a power-law task of its own in 300
/// steps of Adam; queries are 20 others. The exact influence has the same damping, 0.1 of the mean eigenvalue of each layer,
/// in the whole Gauss–Newton matrix and in its blocks by layer. The texts are `PlantedFacts`, learned character by character
/// by a transformer of two layers of width 32; a query is the value that belongs to a name. LiSSA takes 100 iterations on
/// batches of 32.
public struct InfluenceSystem: AtlasEntry {
  public static let system = "EK-FAC influence functions"
  public static let home = "InfluenceFunctions, DampedGaussNewton, IteratedInverse, PlantedFacts"
  public static let scale = AtlasScale(
    paper: "language models of up to 52 billion parameters, ten million texts",
    here: "networks of 484 parameters exactly; a transformer over 500 texts of 16 characters (fast: 40 rows, 30 texts)")
  public static let claims = [
    AtlasClaim(
      "exact", "Scores correlate with exact damped Gauss–Newton influence by at least 0.6.",
      metric: "Pearson's r, mean over five networks and 20 queries", baseline: "product of gradients", .atLeast, 0.6,
      comparison: .value),
    AtlasClaim(
      "beyond gradients", "That correlation exceeds the one of the product of gradients by at least 0.1.",
      metric: "Pearson's r, mean over five networks and 20 queries", baseline: "product of gradients", .atLeast, 0.1,
      comparison: .difference),
    AtlasClaim(
      "blocks", "Scores correlate with the exact solution by layers by at least 0.75.",
      metric: "Pearson's r, mean over five networks and 20 queries", baseline: "product of gradients", .atLeast, 0.75,
      comparison: .value, isSecondary: true),
    AtlasClaim(
      "blocks, beyond gradients",
      "With the exact solution by layers they correlate better than the product of gradients.",
      metric: "Pearson's r, mean over five networks and 20 queries", baseline: "product of gradients", .atLeast, 0,
      comparison: .difference, isSecondary: true),
    AtlasClaim(
      "source", "The text that taught a fact is among the first five of 500 for at least 70 % of the facts asked for.",
      metric: "share of the facts asked for", baseline: "product of gradients", .atLeast, 0.7, comparison: .value,
      isSecondary: true),
    AtlasClaim(
      "cost", "A query costs at most 10 % of LiSSA with 100 iterations.", metric: "seconds of computation a query",
      baseline: "LiSSA with 100 iterations", .atMost, 0.1, isSecondary: true, isTimed: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled(
    "each observation with the score of the next one, and twice LiSSA's iterations for its cost")

  public init() {}

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    let networks = trial.size(fast: 1, claim: 5)
    var small = (exact: (ours: 0.0, plain: 0.0), blocks: (ours: 0.0, plain: 0.0))
    for k in 0..<networks {
      try trial.step(0.5 * Double(k) / Double(networks))
      let one = try Self.small(trial, trial.random.child("small", k), isHonest)
      small.exact.ours += one.exact.ours / Double(networks)
      small.exact.plain += one.exact.plain / Double(networks)
      small.blocks.ours += one.blocks.ours / Double(networks)
      small.blocks.plain += one.blocks.plain / Double(networks)
    }
    let texts = try Self.texts(trial, isHonest)
    return [
      AtlasObservation("exact", measured: small.exact.ours, baseline: small.exact.plain),
      AtlasObservation("beyond gradients", measured: small.exact.ours, baseline: small.exact.plain),
      AtlasObservation("blocks", measured: small.blocks.ours, baseline: small.blocks.plain),
      AtlasObservation("blocks, beyond gradients", measured: small.blocks.ours, baseline: small.blocks.plain),
      AtlasObservation("source", measured: texts.ours, baseline: texts.plain),
      AtlasObservation("cost", measured: texts.seconds, baseline: texts.iterated),
    ]
  }

  private typealias Pair = (ours: Double, plain: Double)

  /// Correlations with the exact solutions, of EK-FAC and of the product of gradients.
  private static func small(
    _ trial: AtlasTrial, _ random: RandomStream, _ isHonest: Bool
  ) throws -> (exact: Pair, blocks: Pair) {
    let count = trial.size(fast: 40, claim: 300)
    let data = try PowerLawTask(width: 8, classCount: 4, exponent: 0.5, stream: random.child("task")).data(count + 20)
    let learned = Array(0..<count)
    let loss = NetworkLoss(
      DeepNetwork(inputs: 8, width: trial.size(fast: 6, claim: 16), depth: 2, classes: 4), on: data)
    let point = try trained(loss, on: learned, 0.01, 50, trial.size(fast: 20, claim: 300), trial, random)
    let fitted = try InfluenceFunctions(loss, at: point, fittedTo: learned, stream: random.child("labels"))
    let whole = try DampedGaussNewton(loss, at: point, of: learned, damping: fitted.damping)
    let layout = loss.model.layout
    let blocks = try whole.blockDiagonal(
      fitted.products.map { product in product.tensors.compactMap { layout[$0] }.flatMap { Array($0.range) } })
    func scores(_ solve: (Vector) -> Vector) throws -> [[Double]] {
      return try loss.influences(of: learned, on: Array(count..<count + 20), at: point) {
        solve(Vector($0.elements.map(Double.init)))
      }
    }
    let ours = shifted(try fitted.influences(of: learned, on: Array(count..<count + 20)), isHonest)
    let plain = try scores { $0 }
    func compared(_ exact: [[Double]]) -> Pair { (correlation(ours, exact), correlation(plain, exact)) }
    return (compared(try scores(whole.solve)), compared(try scores(blocks.solve)))
  }

  /// The share of facts whose text is among the first five, and seconds a query.
  private static func texts(
    _ trial: AtlasTrial, _ isHonest: Bool
  ) throws -> (ours: Double, plain: Double, seconds: Double, iterated: Double) {
    var random = trial.random.child("texts")
    let (count, asked) = (trial.size(fast: 30, claim: 500), trial.size(fast: 5, claim: 40))
    let facts = PlantedFacts(count: count, stream: random.child("facts"))
    let questions = Array(random.permutation(count).prefix(asked))
    let loss = NetworkLoss(
      TextTransformer(
        vocabulary: PlantedFacts.vocabulary, context: PlantedFacts.length, width: trial.size(fast: 8, claim: 32),
        layers: 2, heads: 2),
      on: try facts.data(questions: questions))
    let (learned, queries) = (Array(0..<count), Array(count..<count + asked))
    let point = try trained(loss, on: learned, 0.003, 50, trial.size(fast: 10, claim: 1500), trial, random)
    let fitted = try InfluenceFunctions(loss, at: point, fittedTo: learned, stream: random.child("labels"))
    let ours = shifted(try fitted.influences(of: learned, on: queries), isHonest)
    let plain = try loss.influences(of: learned, on: queries, at: point) { Vector($0.elements.map(Double.init)) }
    // Negative influence: the text lowered the loss of the answer.
    func share(_ table: [[Double]]) -> Double {
      let found = zip(questions, table).count { fact, scores in scores.count { $0 < scores[fact] } < 5 }
      return Double(found) / Double(asked)
    }
    let iterated = try IteratedInverse(
      loss, at: point, of: learned, damping: fitted.damping, iterations: trial.size(fast: 5, claim: 100),
      scale: 1, stream: random.child("scale"))
    let gradient = try loss.perExampleGradients(at: point, of: [queries[0]])[0]
    let wide = Vector(gradient.elements.map(Double.init))
    let theirs = try seconds(1) { _ = try iterated.solve(wide, stream: random.child("batches")) }
    let fast = seconds(5) { _ = fitted.solve(gradient) }
    return (share(ours), share(plain), isHonest ? fast : 2 * theirs, theirs)
  }

  /// The shortest of several times.
  private static func seconds(_ repeats: Int, _ work: () throws -> Void) rethrows -> Double {
    var least = Double.infinity
    for _ in 0..<repeats {
      let began = ThreadSeconds.now
      try work()
      least = min(least, ThreadSeconds.now - began)
    }
    return least
  }

  private static func shifted(_ table: [[Double]], _ isHonest: Bool) -> [[Double]] {
    isHonest ? table : table.map { Array($0.dropFirst()) + $0.prefix(1) }
  }

  private static func correlation(_ a: [[Double]], _ b: [[Double]]) -> Double {
    zip(a, b).reduce(0) { $0 + (Correlation.pearson($1.0, $1.1) ?? 0) } / Double(a.count)
  }

  /// Parameters after so many steps of Adam on the observations learned from.
  private static func trained<Model: Network>(
    _ loss: NetworkLoss<Model>, on rows: [Int], _ rate: Double, _ batch: Int, _ steps: Int, _ trial: AtlasTrial,
    _ random: RandomStream
  ) throws -> Buffer<Float> {
    var adam = Adam()
    adam.rate = rate
    let (layout, schedule) = (loss.model.layout, Schedule(peak: 1, shape: .linear, steps: steps))
    var (point, order) = (loss.model.initialParameters(random.child("start")), random.child("order"))
    var memory = adam.start(layout)
    for t in 1...steps {
      try trial.step(0.5)
      let part = (0..<min(batch, rows.count)).map { _ in rows[order.integer(below: rows.count)] }
      guard let answer = try loss.immediateLinearization(at: point, of: part, stream: random) else { break }
      var span = point.elements.mutableSpan
      adam.update(
        &span, gradient: answer.gradient.elements.span, state: &memory, layout: layout,
        context: StepContext(step: t, rateFactor: schedule.rate(at: t)))
    }
    return point
  }
}
