// SPDX-License-Identifier: Apache-2.0
public import GradusCore
internal import GradusNumerics

/// A linear model to be trained: n standardized observations, no intercept, a ridge that makes the minimum unique.
///
///     minimize over w   1/n Σᵢ ℓ(zᵢᵀw; yᵢ) + 1/(2n) |w|²
///
///     binary        ℓ(s; y) = log(1 + exp(−ys)),  y = ±1, the larger label is +1
///     multiclass    ℓ(s; y) = log Σₖ exp sₖ − s_y,  one vector of weights a class
///     regression    ℓ(s; y) = ½(s − y)²,  y centered
///
/// The objective is strongly convex with modulus 1/n, so a gradient proves a bound on the minimum.
public struct TrainingProblem: Sendable, Fingerprinted {
  /// A table that does not fit its task.
  public struct Unfit: Error, Sendable, Hashable, CustomStringConvertible {
    public var cause: String
    public var remedy: String

    public var description: String { "\(cause); \(remedy)" }
  }

  /// Weights of one problem: 2²⁷ numbers, a gibibyte a vector.
  public static let weightLimit = 1 << 27

  public let task: TrainingTask
  public let design: DesignMatrix
  /// One number a row: ±1, the position of the label in `classes`, or the centered target.
  public let targets: [Double]
  /// The labels in increasing order; none for regression.
  public let classes: [String]
  /// What was subtracted from the targets of a regression.
  public let targetMean: Double
  public let featureNames: NameTable
  public let fingerprint: UInt64

  /// Cost: a few passes over the table. Throws `Unfit` for one label, words as targets of a regression, and the like.
  public init(_ table: DataTable, task: TrainingTask) throws(Unfit) {
    self.task = task
    featureNames = table.featureNames
    (targets, classes, targetMean) = try Self.encode(table.targets, task)
    let outputs = task == .multiclass ? classes.count : 1
    guard table.featureCount <= Self.weightLimit / outputs else {
      throw Unfit(
        cause: "\(table.featureCount) features and \(outputs) classes make too many weights",
        remedy: "at most \(Self.weightLimit) are trained; leave rare features out")
    }
    design = DesignMatrix(standardizing: table)
    var print = Fingerprint()
    print.mix("training \(task)")
    print.mix(table.featureCount)
    print.mix(table.starts.map(Double.init))
    print.mix(table.features)
    print.mix(table.values)
    print.mix(targets)
    fingerprint = print.value
  }

  /// n.
  public var rowCount: Int { design.rowCount }
  /// Scores of a row: the number of classes of several, otherwise 1.
  public var outputCount: Int { task == .multiclass ? classes.count : 1 }
  /// Number of weights. Those of output k are `k·p..<(k + 1)·p`.
  public var dimension: Int { outputCount * design.columnCount }
  /// The modulus of strong convexity, and the factor of the ridge: 1/n.
  public var ridge: Double { 1 / Double(rowCount) }

  /// `w[feature]`, or `w[class,feature]`.
  public var weightNames: NameTable {
    task == .multiclass
      ? NameTable(classes.lazy.flatMap { label in featureNames.lazy.map { "w[\(label),\($0)]" } })
      : NameTable(featureNames.lazy.map { "w[\($0)]" })
  }

  /// From the origin.
  public var problem: FiniteSum {
    let curvature =
      switch task {
      case .binary: 0.25
      case .multiclass: 0.5
      case .regression: 1.0
      }
    var sum = FiniteSum(
      start: .zeros(dimension), termCount: rowCount,
      smoothness: (0..<rowCount).map { curvature * max(0, design.squaredNorm(ofRow: $0)) + ridge }, isConvex: true,
      strongConvexity: ridge)
    sum.dataFingerprint = fingerprint
    return sum
  }

  private static func encode(
    _ targets: DataTable.Targets, _ task: TrainingTask
  ) throws(Unfit) -> (targets: [Double], classes: [String], mean: Double) {
    if task == .regression {
      guard case .numbers(let numbers) = targets else {
        throw Unfit(cause: "a target is not a number", remedy: "choose '--task multiclass', or write numbers")
      }
      let mean = numbers.reduce(0, +) / Double(max(1, numbers.count))
      return (numbers.map { $0 - mean }, [], mean)
    }
    let (labels, places) = Self.labels(targets)
    guard labels.count >= 2 else {
      throw Unfit(
        cause: "all \(targets.count) observations have the label \(labels.first ?? "")",
        remedy: "a classifier is trained from at least two labels")
    }
    switch task {
    case .binary where labels.count == 2: return (places.map { $0 == 1 ? 1 : -1 }, labels, 0)
    case .binary:
      throw Unfit(
        cause: "there are \(labels.count) labels", remedy: "choose '--task multiclass' or '--task regression'")
    default: return (places.map(Double.init), labels, 0)
    }
  }

  /// The labels in increasing order and the place of each row's.
  private static func labels(_ targets: DataTable.Targets) -> ([String], [Int]) {
    switch targets {
    case .labels(let labels):
      let sorted = Set(labels).sorted()
      let place = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, $0) })
      return (sorted, labels.map { place[$0] ?? 0 })
    case .numbers(let numbers):
      let sorted = Set(numbers).sorted()
      let place = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, $0) })
      let names = sorted.map { $0 == $0.rounded() && abs($0) < 1e15 ? "\(Int($0))" : "\($0)" }
      return (names, numbers.map { place[$0] ?? 0 })
    }
  }
}
