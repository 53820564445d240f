// SPDX-License-Identifier: Apache-2.0
import GradusLanguage
import GradusNumerics

/// A grid with walls, an object, a decoy beside it and a goal; a simulated planner fetches the object and brings it to the goal.
///
/// It knows the shortest way, and slips where its prompt lacks a directive: in every situation that a kind of error belongs to it makes
/// the error with the rate of the kind, with a tenth of it where the prompt has the directive. An episode ends at its first error, or
/// when the steps are used up.
struct GridWalk: Sendable {
  static let size = 7

  /// A kind of error, what forbids it, and how often it happens without.
  struct Kind: Sendable {
    var name: String
    var directive: String
    var rate: Double
  }

  static let kinds = [
    Kind(name: "syntax error", directive: "write one action on each line", rate: 0.3),
    Kind(name: "came without the object", directive: "fetch the object before the goal", rate: 0.3),
    Kind(name: "collision with a wall", directive: "look for walls before a move", rate: 0.15),
    Kind(name: "left the grid", directive: "stay inside the grid", rate: 0.12),
    Kind(name: "took the wrong object", directive: "check the color before taking", rate: 0.3),
    Kind(name: "dropped the object", directive: "hold the object all the way", rate: 0.06),
    Kind(name: "went in a loop", directive: "never return to a cell", rate: 0.06),
    Kind(name: "too many steps", directive: "take the shortest way", rate: 0.06),
  ]
  /// Sentences that somebody may believe in: the first four cost every episode a tenth of its chance, the others nothing.
  static let beliefs = [
    "move as fast as possible", "describe your feelings first", "try a new way each time", "ask before every move",
    "be polite", "think of a good planner", "use short words", "do your best",
  ]

  /// A cell of the way, and what is around it.
  private struct Step: Sendable {
    var cell: Int
    var isByWall: Bool
    var isByEdge: Bool
  }

  /// The way to the object and the way to the goal.
  private var legs: [[Step]] = []

  init(_ random: RandomStream) {
    var stream = random
    let cells = Self.size * Self.size
    while legs.isEmpty {
      var walls: Set<Int> = []
      for cell in 0..<cells where stream.uniform() < 0.2 { walls.insert(cell) }
      let order = stream.permutation(cells).filter { !walls.contains($0) }
      guard order.count > 3, let first = Self.way(from: order[0], to: order[1], walls),
        let second = Self.way(from: order[1], to: order[2], walls)
      else { continue }
      legs = [first, second].map { path in
        path.map { cell in
          let around = Self.neighbors(cell)
          return Step(
            cell: cell, isByWall: around.contains { $0.map(walls.contains) ?? false }, isByEdge: around.contains(nil))
        }
      }
    }
  }

  private static func neighbors(_ cell: Int) -> [Int?] {
    let (row, column) = (cell / size, cell % size)
    return [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)].map { r, c in
      (0..<size).contains(r) && (0..<size).contains(c) ? r * size + c : nil
    }
  }

  /// The cells of a shortest way, without the first.
  private static func way(from: Int, to: Int, _ walls: Set<Int>) -> [Int]? {
    var before = [from: from], queue = [from], k = 0
    while k < queue.count, before[to] == nil {
      for next in neighbors(queue[k]).compactMap({ $0 }) where !walls.contains(next) && before[next] == nil {
        before[next] = queue[k]
        queue.append(next)
      }
      k += 1
    }
    guard before[to] != nil else { return nil }
    var path: [Int] = [], cell = to
    while cell != from, let last = before[cell] {
      path.insert(cell, at: 0)
      cell = last
    }
    return path
  }

  /// What the planner has been told, for many episodes.
  struct Telling: Sendable {
    let rates: [Double]
    let distraction: Double

    init(_ prompt: String) {
      let text = Array(prompt.utf8)
      rates = GridWalk.kinds.map { ByteSearch.last($0.directive, in: text) != nil ? 0.1 * $0.rate : $0.rate }
      distraction = 0.1 * Double(GridWalk.beliefs.prefix(4).count { ByteSearch.last($0, in: text) != nil })
    }
  }

  /// What went wrong, in the words of the environment; nil: nothing.
  func fault(_ told: Telling, _ random: RandomStream) -> String? {
    var stream = random
    func slips(_ kind: Int) -> Bool { stream.uniform() < told.rates[kind] }
    func named(_ kind: Int, _ cell: Int) -> String {
      "\(Self.kinds[kind].name) at (\(cell / Self.size), \(cell % Self.size))"
    }
    if slips(0) { return Self.kinds[0].name }
    if slips(1) { return Self.kinds[1].name }
    // A distracted planner errs in no way that a directive would help against.
    if stream.uniform() < told.distraction { return "stood still" }
    for (leg, path) in legs.enumerated() {
      for step in path {
        if step.isByWall, slips(2) { return named(2, step.cell) }
        if step.isByEdge, slips(3) { return named(3, step.cell) }
        if leg == 1, slips(5) { return named(5, step.cell) }
        if slips(6) { return named(6, step.cell) }
        if slips(7) { return Self.kinds[7].name }
      }
      if leg == 0, slips(4) { return Self.kinds[4].name }
    }
    return nil
  }
}
