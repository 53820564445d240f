// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A step law fitted to trainings of several sizes.
///
/// For each size a grid of rates (and batches) was trained. Around its smallest loss a parabola in ln η (and one in ln B)
/// gives the minimizer; ln η* is regressed on 1, ln N, ln D and ln B* on 1, ln D; intervals by drawing sizes again.
public struct StepLawFit: Sendable {
  /// One training.
  public struct Trial: Sendable, Codable, Hashable {
    public var rate: Double
    /// Tokens in a batch.
    public var batch: Double
    public var loss: Double

    public init(rate: Double, batch: Double = 1, loss: Double) {
      self.rate = rate
      self.batch = batch
      self.loss = loss
    }
  }

  /// The trainings of one size of model and data.
  public struct Size: Sendable, Codable, Hashable {
    public var parameters: Double
    public var tokens: Double
    public var trials: [Trial]

    public init(parameters: Double, tokens: Double, trials: [Trial]) {
      self.parameters = parameters
      self.tokens = tokens
      self.trials = trials
    }
  }

  /// Where the loss of a size is smallest.
  public struct Minimum: Sendable, Codable, Hashable {
    public var rate: Double
    public var batch: Double
    /// The smallest loss of the grid.
    public var loss: Double
    /// Whether the loss rises on both sides, for rates and, where they vary, for batches: otherwise the grid's end is told.
    public var isConvex: Bool
  }

  /// What no law can be fitted to.
  public struct Unfit: Error, Sendable, Hashable, CustomStringConvertible {
    public var description: String
  }

  public let law: StepLaw
  /// One for each size, in order.
  public let minima: [Minimum]
  /// The share of the variance of ln η* that the law explains.
  public let rateR2: Double
  /// The same of ln B*; nil where batches were not varied.
  public let batchR2: Double?
  /// Central 90 % of the exponents α and β over the drawn sets of sizes.
  public let rateOfParameters: ClosedRange<Double>
  public let rateOfTokens: ClosedRange<Double>

  /// Needs sizes that determine three coefficients. Cost: one small least-squares problem for each of the `draws`.
  public init(_ sizes: [Size], draws: Int = 1000, stream: RandomStream) throws(Unfit) {
    var minima: [Minimum] = []
    for size in sizes {
      guard size.parameters > 0, size.tokens > 0 else {
        throw Unfit(description: "a size of \(size.parameters) parameters and \(size.tokens) tokens; expected positive")
      }
      minima.append(try Self.minimum(size))
    }
    self.minima = minima
    let (n, d) = (sizes.map { log($0.parameters) }, sizes.map { log($0.tokens) })
    let ones = [Double](repeating: 1, count: sizes.count)
    let rates = minima.map { log($0.rate) }
    guard let rate = Self.regression([ones, n, d], rates) else {
      throw Unfit(
        description: "\(sizes.count) sizes do not determine a law; vary parameters and tokens, three sizes at least")
    }
    let variesBatch = sizes.contains { size in Set(size.trials.map(\.batch)).count > 1 }
    let batches = minima.map { log($0.batch) }
    let batch = variesBatch ? Self.regression([ones, d], batches) : nil
    law = StepLaw(
      rateLogarithm: rate[0], rateOfParameters: rate[1], rateOfTokens: rate[2], batchLogarithm: batch?[0],
      batchOfTokens: batch?[1])
    rateR2 = Self.explained([ones, n, d], rate, rates)
    batchR2 = batch.map { Self.explained([ones, d], $0, batches) }
    var (alphas, betas): ([Double], [Double]) = ([], [])
    var stream = stream
    for _ in 0..<draws {
      let chosen = sizes.indices.map { _ in stream.integer(below: sizes.count) }
      let columns = [ones, n, d].map { column in chosen.map { column[$0] } }
      guard let drawn = Self.regression(columns, chosen.map { rates[$0] }) else { continue }
      alphas.append(drawn[1])
      betas.append(drawn[2])
    }
    rateOfParameters = Self.middle(alphas, or: rate[1])
    rateOfTokens = Self.middle(betas, or: rate[2])
  }

  /// By how much the loss at the law's rate, interpolated on the grid of a size, exceeds its smallest, as a share of that.
  /// The batch nearest to the best is taken.
  public static func regret(of law: StepLaw, on size: Size) -> Double {
    let wanted = log(law.rate(parameters: size.parameters, tokens: size.tokens))
    guard let best = size.trials.min(by: { $0.loss < $1.loss }) else { return 0 }
    let line = size.trials.filter { $0.batch == best.batch }.sorted { $0.rate < $1.rate }
    guard let first = line.first, let last = line.last, line.count > 1 else { return 0 }
    let place = min(max(wanted, log(first.rate)), log(last.rate))
    let right = line.indices.dropFirst().first { log(line[$0].rate) >= place } ?? line.count - 1
    let (a, b) = (line[right - 1], line[right])
    let share = (place - log(a.rate)) / (log(b.rate) - log(a.rate))
    return (a.loss + share * (b.loss - a.loss)) / best.loss - 1
  }

  private static func minimum(_ size: Size) throws(Unfit) -> Minimum {
    let sound = size.trials.filter { $0.loss.isFinite && $0.rate > 0 && $0.batch > 0 }
    guard let best = sound.min(by: { $0.loss < $1.loss }) else {
      throw Unfit(
        description: "no training of \(Int(size.parameters)) parameters on \(Int(size.tokens)) tokens has a finite loss"
      )
    }
    func vertex(_ line: [(x: Double, loss: Double)], _ x: Double) -> (x: Double, isConvex: Bool) {
      let sorted = line.sorted { $0.x < $1.x }
      guard let k = sorted.firstIndex(where: { $0.x == x }), k > 0, k + 1 < sorted.count else { return (x, false) }
      let (a, b, c) = (sorted[k - 1], sorted[k], sorted[k + 1])
      let (left, right) = ((b.loss - a.loss) / (b.x - a.x), (c.loss - b.loss) / (c.x - b.x))
      let curvature = (right - left) / (c.x - a.x)
      guard curvature > 0 else { return (x, false) }
      // The parabola through the three points; its vertex lies between the outer two, for b is the smallest.
      let slope = left + curvature * (b.x - a.x)
      return (min(max(b.x - 0.5 * slope / curvature, a.x), c.x), true)
    }
    let byRate = vertex(sound.filter { $0.batch == best.batch }.map { (log($0.rate), $0.loss) }, log(best.rate))
    let line = sound.filter { $0.rate == best.rate }.map { (x: log($0.batch), loss: $0.loss) }
    let byBatch = line.count > 1 ? vertex(line, log(best.batch)) : (log(best.batch), true)
    return Minimum(
      rate: exp(byRate.x), batch: exp(byBatch.0), loss: best.loss, isConvex: byRate.isConvex && byBatch.1)
  }

  /// Coefficients of least squares by the normal equations of centered columns; nil when they are not determined.
  private static func regression(_ columns: [[Double]], _ values: [Double]) -> [Double]? {
    let k = columns.count
    guard values.count >= k else { return nil }
    let m = Double(values.count)
    let means = columns.map { $0.reduce(0, +) / m }
    let mean = values.reduce(0, +) / m
    // Column 0 is constant: the others and the values lose their means, which comes out of the intercept at the end.
    let centered = (1..<k).map { j in columns[j].map { $0 - means[j] } }
    var normal = Matrix(rowCount: k - 1, columnCount: k - 1)
    var right = [Double](repeating: 0, count: k - 1)
    for i in 0..<k - 1 {
      for j in 0..<k - 1 { normal[i, j] = zip(centered[i], centered[j]).reduce(0) { $0 + $1.0 * $1.1 } }
      right[i] = zip(centered[i], values).reduce(0) { $0 + $1.0 * ($1.1 - mean) }
    }
    let spread = (0..<k - 1).map { normal[$0, $0] }
    guard spread.allSatisfy({ $0 > 1e-12 }), let factor = try? Cholesky(normal) else { return nil }
    // Columns that are nearly multiples of each other determine nothing either.
    guard factor.logDeterminant > spread.reduce(0.0, { $0 + log($1) }) + log(1e-10) else { return nil }
    let slopes = factor.solve(Vector(right))
    let intercept = (0..<k - 1).reduce(mean) { $0 - slopes[$1] * means[$1 + 1] }
    return [intercept] + slopes.elements
  }

  private static func explained(_ columns: [[Double]], _ coefficients: [Double], _ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    let total = values.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) }
    var left = 0.0
    for i in values.indices {
      let miss = values[i] - coefficients.indices.reduce(0.0) { $0 + coefficients[$1] * columns[$1][i] }
      left += miss * miss
    }
    return total > 0 ? 1 - left / total : 1
  }

  private static func middle(_ draws: [Double], or value: Double) -> ClosedRange<Double> {
    let sorted = draws.sorted()
    guard sorted.count >= 20 else { return value...value }
    let cut = sorted.count / 20
    return sorted[cut]...sorted[sorted.count - 1 - cut]
  }
}
