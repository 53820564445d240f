// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// DIRECT: the box is divided into thirds again and again, the boxes first that could hold the best value for some Lipschitz
/// constant.
///
///     box j is divided when some K > 0 has   f_j − K·d_j ≤ f_i − K·d_i for all i,   f_j − K·d_j ≤ f_min − ε|f_min|
///
/// with the value f_j at its center and its longest side d_j; of boxes of one size only the best (DIRECT-L), or all equal to
/// it. A division asks on both sides of the center along each longest side; the best pairs get the largest boxes. All
/// questions of one round are handed out at once. Evaluations that fail rank last. Boxes whose sides have reached rounding
/// are not divided.
///
/// **Needs** values; a box with finite sides. **Keeps** every center.
/// **Guarantee** the points become dense: converges to the minimum of a continuous function.
/// **Reference** D. R. Jones, C. D. Perttunen & B. E. Stuckman, JOTA 79 (1993); J. M. Gablonsky & C. T. Kelley, J. Global
/// Optim. 21 (2001).
public struct DividingRectangles: Catalogued, BoxMethod, ParallelMethod {
  /// ε.
  public var balance = 1e-4
  /// Whether every box as good as the best of its size is divided too.
  public var ties = false

  public init() {}

  public static let card = Card(
    "direct", "divides the box where some Lipschitz constant promises most", guarantee: "dense in the limit",
    reference: "Jones et al. 1993; Gablonsky & Kelley 2001",
    trials: [
      Trial("booth", answers: 2_000, value: 1e-4), Trial("himmelblau", answers: 2_000, value: 1e-4),
      Trial("sphere,n=4", answers: 3_000, value: 1e-3),
    ])

  public static let settings: [Setting<Self>] = [
    Setting("balance", \.balance, in: 0...1, "least gain, relative to the best value, that a box must promise"),
    Setting("ties", \.ties, "divide every box that is as good as the best of its size"),
  ]

  /// One box: its center in [0, 1]ⁿ and how often each side was divided.
  struct Cell: Sendable, Codable {
    var center: Buffer<Double>
    var levels: Buffer<UInt8>
    var value: Double
    /// The side divided least often.
    var level: UInt8 { levels.elements.min() ?? 0 }
  }

  /// A division whose questions were asked: of which box, along which axes.
  struct Division: Sendable, Codable {
    var cell: Int
    var axes: [Int]
  }

  /// All boxes, by size, and the questions of this round.
  public struct State: Sendable, Codable, GenerationState {
    let box: UnitBox
    /// Coordinates whose side is not a point.
    let free: [Int]
    var cells: [Cell] = []
    /// Boxes of each level, a heap by value.
    var sizes: [[Int]] = []
    var divisions: [Division] = []
    var generation: Generation
    var best: Incumbent
    var claim: Claim?
  }

  /// Sides of 3⁻³² are not divided: the centers would be told apart by rounding alone.
  private static var mostLevels: UInt8 { 32 }

  /// Asks about the middle of the box. Throws `Unsuitable` when a side is infinite.
  public func start(_ problem: BoxConstrained, random: RandomStream) throws -> State {
    let box = UnitBox(problem)
    guard box.lower.elements.allSatisfy(\.isFinite), box.upper.elements.allSatisfy(\.isFinite) else {
      throw Unsuitable(
        method: Self.card.name, needs: "finite bounds", found: "an infinite side",
        remedy: "Give bounds, or choose cma-es.")
    }
    let free = (0..<box.dimension).filter { box.upper[$0] > box.lower[$0] }
    let middle = [Double](repeating: 0.5, count: free.count)
    var s = State(box: box, free: free, generation: Generation([]), best: Incumbent(problem))
    s.generation = Generation([point(s, middle)])
    return s
  }

  /// The next question of the round; nil while its last ones are awaited.
  public func ask(_ s: inout State) -> Evaluate<Vector>? { s.next() }

  /// Takes one value in; the last one of a round divides boxes and chooses the next.
  public func tell(_ s: inout State, _ answer: consuming Double, to question: consuming Evaluate<Vector>) {
    guard s.completes(answer, at: question.point) else { return }
    if s.cells.isEmpty {
      let n = s.free.count
      s.cells = [
        Cell(
          center: Buffer(repeating: 0.5, count: n), levels: Buffer(repeating: 0, count: n),
          value: s.generation.values[0])
      ]
      push(&s, 0)
    } else {
      divide(&s)
    }
    choose(&s)
  }

  /// The best point that was evaluated.
  public func report(_ s: State) -> Report<Vector> { s.best.report(claim: s.claim) }

  private func point(_ s: State, _ center: [Double]) -> Vector {
    var u = s.box.lower.elements
    for (k, i) in s.free.enumerated() { u[i] += center[k] * (s.box.upper[i] - s.box.lower[i]) }
    return s.box.point(at: u)
  }

  private static func third(_ level: UInt8) -> Double {
    var side = 1.0
    for _ in 0..<level { side /= 3 }
    return side
  }

  /// Chooses the boxes of the next round and lays out their questions.
  private func choose(_ s: inout State) {
    s.divisions = []
    var points: [Vector] = []
    for j in promising(&s) {
      let cell = s.cells[j]
      let level = cell.level
      let axes = s.free.indices.filter { cell.levels[$0] == level }
      let step = Self.third(level + 1)
      for i in axes {
        for side in [step, -step] {
          var center = cell.center.elements
          center[i] += side
          points.append(point(s, center))
        }
      }
      s.divisions.append(Division(cell: j, axes: axes))
    }
    s.generation = Generation(points)
    if points.isEmpty { s.claim = s.best.value == nil ? .failed : .exhausted }
  }

  /// The lower right hull of (size, value), taken out of the heaps.
  private func promising(_ s: inout State) -> [Int] {
    let tops = s.sizes.indices.filter { !s.sizes[$0].isEmpty && $0 < Int(Self.mostLevels) }
    guard !tops.isEmpty, !s.free.isEmpty else { return [] }
    let least = s.best.value ?? 0
    // From large boxes to small ones; a small one counts only while its value is lower.
    var hull: [(size: Double, value: Double, level: Int)] = []
    for level in tops {
      let entry = (size: Self.third(UInt8(level)), value: s.cells[s.sizes[level][0]].value, level: level)
      while hull.count >= 2, let last = hull.last {
        let before = hull[hull.count - 2]
        // Slopes must grow towards large boxes.
        let steep = (before.value - last.value) / (before.size - last.size)
        if (last.value - entry.value) / (last.size - entry.size) >= steep || last.value.isNaN {
          hull.removeLast()
        } else {
          break
        }
      }
      if let last = hull.last, entry.value >= last.value { continue }
      hull.append(entry)
    }
    var chosen: [Int] = []
    for (k, entry) in hull.enumerated() {
      if k > 0 {
        let slope = (hull[k - 1].value - entry.value) / (hull[k - 1].size - entry.size)
        // What this box promises at the largest constant that it is the best for.
        if slope.isFinite, entry.value - slope * entry.size > least - balance * abs(least) { continue }
      }
      let value = entry.value
      repeat {
        chosen.append(pop(&s, entry.level))
      } while ties && s.sizes[entry.level].first.map { s.cells[$0].value == value } ?? false
    }
    return chosen
  }

  /// Makes the boxes of all divisions that were answered.
  private func divide(_ s: inout State) {
    var k = 0
    for division in s.divisions {
      var pairs: [(axis: Int, plus: Double, minus: Double)] = []
      for i in division.axes {
        pairs.append((i, s.generation.values[k], s.generation.values[k + 1]))
        k += 2
      }
      let step = Self.third(s.cells[division.cell].level + 1)
      let order = pairs.indices.sorted {
        (min(pairs[$0].plus, pairs[$0].minus), $0) < (min(pairs[$1].plus, pairs[$1].minus), $1)
      }
      for p in order.map({ pairs[$0] }) {
        s.cells[division.cell].levels[p.axis] += 1
        for (side, value) in [(step, p.plus), (-step, p.minus)] {
          var cell = s.cells[division.cell]
          cell.center[p.axis] += side
          cell.value = value
          s.cells.append(cell)
          push(&s, s.cells.count - 1)
        }
      }
      push(&s, division.cell)
    }
  }

  // MARK: Heaps

  private func isLess(_ s: State, _ a: Int, _ b: Int) -> Bool { (s.cells[a].value, a) < (s.cells[b].value, b) }

  private func push(_ s: inout State, _ cell: Int) {
    let level = Int(s.cells[cell].level)
    while s.sizes.count <= level { s.sizes.append([]) }
    s.sizes[level].append(cell)
    var i = s.sizes[level].count - 1
    while i > 0, isLess(s, s.sizes[level][i], s.sizes[level][(i - 1) / 2]) {
      s.sizes[level].swapAt(i, (i - 1) / 2)
      i = (i - 1) / 2
    }
  }

  private func pop(_ s: inout State, _ level: Int) -> Int {
    let last = s.sizes[level].count - 1
    s.sizes[level].swapAt(0, last)
    let top = s.sizes[level].removeLast()
    var i = 0
    while true {
      var child = 2 * i + 1
      guard child < last else { break }
      if child + 1 < last, isLess(s, s.sizes[level][child + 1], s.sizes[level][child]) { child += 1 }
      guard isLess(s, s.sizes[level][child], s.sizes[level][i]) else { break }
      s.sizes[level].swapAt(i, child)
      i = child
    }
    return top
  }
}
