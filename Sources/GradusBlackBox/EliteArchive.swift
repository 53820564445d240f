// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// The best point of each cell of a grid over behaviors.
///
/// Features beyond a side count to the outermost cell.
///
/// **Reference** J.-B. Mouret, J. Clune, *Illuminating search spaces by mapping elites*, arXiv:1504.04909 (2015).
public struct EliteArchive: Sendable, Codable {
  /// A point, its value, and what it did.
  public struct Elite: Sendable, Codable {
    public var point: Vector
    public var value: Double
    public var features: Vector
  }

  /// What became of a point.
  public enum Insertion: Sendable, Hashable {
    /// The first of its cell.
    case new
    /// Better than the one before, by so much.
    case better(by: Double)
    case refused
  }

  /// Where features lie.
  public let features: Box
  /// Cells along each feature.
  public let cells: [Int]
  /// Cells that were reached, in ascending order, and the place of the elite of each.
  private var reached: [Int] = []
  private var places: [Int] = []
  /// In the order in which cells were first reached.
  public private(set) var elites: [Elite] = []

  public init(_ features: Box, cells: [Int]) {
    precondition(cells.count == features.dimension && cells.allSatisfy { $0 > 0 }, "a number of cells for each feature")
    self.features = features
    self.cells = cells
  }

  /// The cell of some features; nil where they are no numbers, or not as many as the archive has.
  public func cell(of x: Vector) -> Int? {
    guard x.count == cells.count, x.isFinite else { return nil }
    var cell = 0
    for j in x.indices {
      let share = (x[j] - features.lower[j]) / (features.upper[j] - features.lower[j])
      let k = share > 0 ? min(Int(min(share, 1) * Double(cells[j])), cells[j] - 1) : 0
      cell = cell * cells[j] + k
    }
    return cell
  }

  /// Keeps the point where it is the first or the best of its cell.
  @discardableResult
  public mutating func insert(_ point: Vector, _ behavior: Behavior) -> Insertion {
    guard behavior.value.isFinite, let cell = cell(of: behavior.features) else { return .refused }
    let elite = Elite(point: point, value: behavior.value, features: behavior.features)
    let rank = rank(of: cell)
    guard rank < reached.count, reached[rank] == cell else {
      reached.insert(cell, at: rank)
      places.insert(elites.count, at: rank)
      elites.append(elite)
      return .new
    }
    let place = places[rank]
    guard elite.value < elites[place].value else { return .refused }
    let gain = elites[place].value - elite.value
    elites[place] = elite
    return .better(by: gain)
  }

  /// How many cells before this one were reached.
  private func rank(of cell: Int) -> Int {
    var (low, high) = (0, reached.count)
    while low < high {
      let middle = (low + high) / 2
      if reached[middle] < cell { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Cells that are filled.
  public var count: Int { elites.count }
  /// The share of cells that are filled.
  public var coverage: Double { Double(count) / cells.reduce(1) { $0 * Double($1) } }
  /// Σ (worst − value) over the cells: the measure by which archives are compared; what is worse than `worst` counts 0.
  public func score(worst: Double) -> Double { elites.reduce(0) { $0 + max(0, worst - $1.value) } }
  /// The best of all.
  public var best: Elite? { elites.min { $0.value < $1.value } }
}
