// SPDX-License-Identifier: Apache-2.0

/// Which variable and row of one model is which of another.
public struct ModelRenaming: Sendable, Codable, Hashable {
  /// One name in each model.
  public struct Pair: Sendable, Codable, Hashable {
    public var first: String
    public var second: String
  }

  /// Without variables that are fixed or unused.
  public var variables: [Pair] = []
  /// Without rows that became bounds or that the bounds imply; of joined rows, the first.
  public var rows: [Pair] = []
}

/// Whether two canonical models are one up to the names and order of variables and rows.
///
/// Colour refinement of their graphs; where it leaves several vertices of one colour, one of them is paired with each candidate
/// in turn (individualisation) and the search goes on, back to the last choice where it fails. What is found is checked edge by
/// edge with `CanonicalModel.tolerance`, so `same` is a proof; `different` says that no renaming exists.
///
/// **Reference** B. D. McKay, A. Piperno, *Practical graph isomorphism, II*, J. Symbolic Computation 60 (2014).
public enum ModelIsomorphism: Sendable, Hashable {
  case same(ModelRenaming)
  /// No renaming makes one canonical model the other; the problems may still have the same solutions.
  case different
  /// The search ran out of work, or numbers are equal only by a chain of near ones.
  case undecided

  /// Compares two programs. `workLimit` counts visits of edges. Cost: at most that, mostly a few passes over the entries.
  public init(_ first: FormulaProgram, _ second: FormulaProgram, workLimit: Int = 20_000_000) {
    self.init(CanonicalModel(first), CanonicalModel(second), workLimit: workLimit)
  }

  /// Compares two canonical models.
  public init(_ first: CanonicalModel, _ second: CanonicalModel, workLimit: Int = 20_000_000) {
    let graphs = (IncidenceGraph(first), IncidenceGraph(second))
    guard graphs.0.count == graphs.1.count, graphs.0.edges.count == graphs.1.edges.count else {
      self = .different
      return
    }
    var search = IsomorphismSearch(graphs.0, graphs.1, work: workLimit)
    switch search.run() {
    case .found(let image):
      var renaming = ModelRenaming()
      for (v, w) in image.enumerated() {
        if let j = graphs.0.columns[v], let k = graphs.1.columns[w], let a = first.variables[j],
          let b = second.variables[k]
        {
          renaming.variables.append(.init(first: a.name, second: b.name))
        } else if let j = graphs.0.rows[v], let k = graphs.1.rows[w] {
          renaming.rows.append(.init(first: first.rows[j].name, second: second.rows[k].name))
        }
      }
      self = .same(renaming)
    case .none: self = .different
    case .exhausted: self = .undecided
    }
  }

  /// True for `same`.
  public var isSame: Bool { if case .same = self { true } else { false } }
}

/// The search for a bijection of the vertices of two graphs.
private struct IsomorphismSearch {
  enum Outcome {
    case found([Int]), none, exhausted
  }

  /// A vertex of the first graph, the vertices of the second that may be its image, and how many were tried.
  struct Choice {
    var colors: [UInt64]
    var vertex: Int
    var candidates: [Int]
    var next = 0
  }

  let first: IncidenceGraph
  let second: IncidenceGraph
  let refinement: ColorRefinement
  var work: Int
  /// True when colours agreed on a bijection that the numbers did not bear out.
  var isDoubtful = false

  init(_ first: IncidenceGraph, _ second: IncidenceGraph, work: Int) {
    self.first = first
    self.second = second
    refinement = ColorRefinement(first, second)
    self.work = work
  }

  mutating func run() -> Outcome {
    var choices: [Choice] = []
    var colors = refinement.refined(refinement.initial, &work)
    while true {
      if work < 0 { return .exhausted }
      if let stable = colors {
        switch leaf(stable) {
        case .success(let image):
          if isIsomorphism(image) { return .found(image) }
          isDoubtful = true
        case .failure(let choice): choices.append(choice)
        }
      }
      while let last = choices.last, last.next == last.candidates.count { choices.removeLast() }
      guard var last = choices.popLast() else { return isDoubtful ? .exhausted : .none }
      var chosen = last.colors
      let mark = ColorRefinement.mixed(chosen[last.vertex], 7)
      chosen[last.vertex] = mark
      chosen[refinement.split + last.candidates[last.next]] = mark
      last.next += 1
      choices.append(last)
      colors = refinement.refined(chosen, &work)
    }
  }

  private enum Leaf {
    case success([Int]), failure(Choice)
  }

  /// The bijection that the colours give, or the next choice: the first vertex of a smallest class with several.
  private func leaf(_ colors: [UInt64]) -> Leaf {
    let split = refinement.split
    let left = (0..<split).sorted { (colors[$0], $0) < (colors[$1], $1) }
    let right = (0..<split).sorted { (colors[split + $0], $0) < (colors[split + $1], $1) }
    var best: Range<Int>?
    var start = 0
    for k in 1...max(1, split) where k >= split || colors[left[k]] != colors[left[start]] {
      if k <= split, k - start > 1, k - start < best?.count ?? .max { best = start..<k }
      start = k
    }
    if let best {
      return .failure(Choice(colors: colors, vertex: left[best.lowerBound], candidates: Array(right[best])))
    }
    var image = [Int](repeating: 0, count: split)
    for k in 0..<split { image[left[k]] = right[k] }
    return .success(image)
  }

  /// Every label and every edge of one graph is one of the other, with equal numbers.
  private func isIsomorphism(_ image: [Int]) -> Bool {
    for (v, w) in image.enumerated() {
      guard first.kinds[v] == second.kinds[w], NumberClasses.areEqual(first.numbers[v].0, second.numbers[w].0),
        NumberClasses.areEqual(first.numbers[v].1, second.numbers[w].1)
      else { return false }
    }
    let left = first.edges.map {
      IncidenceGraph.Edge(from: image[$0.from], to: image[$0.to], role: $0.role, weight: $0.weight)
    }
    func sorted(_ edges: [IncidenceGraph.Edge]) -> [IncidenceGraph.Edge] {
      edges.sorted { ($0.from, $0.to, $0.role, $0.weight) < ($1.from, $1.to, $1.role, $1.weight) }
    }
    return zip(sorted(left), sorted(second.edges)).allSatisfy {
      $0.from == $1.from && $0.to == $1.to && $0.role == $1.role && NumberClasses.areEqual($0.weight, $1.weight)
    }
  }
}
