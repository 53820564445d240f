// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLinearAlgebra
import GradusNumerics

/// Partitions and their curvature, and the rules of selection.
extension BlockCoordinateDescent {
  /// Coordinates in a block.
  func width(_ s: State) -> Int {
    size > 0 ? size : max(1, Int(Double(s.x.count).squareRoot().rounded(.up)))
  }

  /// The first blocks to ask about.
  func plan(_ s: inout State) {
    let n = s.x.count
    let size = width(s)
    switch partition {
    case .variable, .sorted: survey(&s, Self.chunks(Array(0..<n), size), .diagonal)
    case .random: survey(&s, Self.chunks(s.random.permutation(n), size), .blocks)
    case .clustered, .forest: survey(&s, [Array(0..<n)], .graph)
    }
  }

  private func survey(_ s: inout State, _ blocks: [[Int]], _ survey: Survey) {
    s.blocks = blocks
    s.growth = [Double](repeating: 1, count: blocks.count)
    s.matrices = []
    s.phase = .surveying(0, survey)
  }

  private static func chunks(_ order: [Int], _ size: Int) -> [[Int]] {
    stride(from: 0, to: order.count, by: size).map { Array(order[$0..<min($0 + size, order.count)]) }
  }

  private var keepsMatrices: Bool { partition != .variable && (rule == .gsq || update == .matrix) }

  /// Takes in one block of the survey.
  func learn(_ s: inout State, _ k: Int, _ survey: Survey, _ block: SparseMatrix) {
    let places = s.blocks[k]
    precondition(block.columnCount == places.count, "a block of the Hessian has the order of the block")
    let diagonal = block.diagonal
    let radius = block.symmetricRadius
    for (i, place) in places.enumerated() {
      s.diagonal[place] = abs(diagonal[i])
      s.scales[place] = radius
    }
    if survey == .blocks, keepsMatrices { s.matrices.append(block) }
    if survey == .graph {
      let parts =
        partition == .forest ? ForestElimination.blocks(of: block) : CoupledClusters(block, size: width(s)).blocks
      return self.survey(&s, parts, .blocks)
    }
    if k + 1 < s.blocks.count {
      s.phase = .surveying(k + 1, survey)
      return
    }
    if survey == .diagonal, partition == .sorted {
      let d = s.diagonal
      let order = s.x.indices.sorted { d[$0] != d[$1] ? d[$0] > d[$1] : $0 < $1 }
      return self.survey(&s, Self.chunks(order, width(s)), .blocks)
    }
    if partition == .variable {
      s.scales = s.diagonal
      s.growth = [1]
    }
    // Curvature that is zero or no number scales nothing; a small share of the largest one takes its place.
    s.diagonal = Self.positive(s.diagonal)
    s.scales = Self.positive(s.scales)
    choose(&s)
  }

  private static func positive(_ scales: Vector) -> Vector {
    let largest = scales.elements.reduce(0) { $1.isFinite ? max($0, $1) : $0 }
    let least = largest > 0 ? 1e-8 * largest : 1
    return Vector(scales.elements.map { $0.isFinite ? max($0, least) : max(largest, 1) })
  }

  /// The next block that can be asked about or moved; the end where there is none.
  func choose(_ s: inout State) {
    while true {
      if partition == .variable { chooseCoordinates(&s) } else { chooseBlock(&s) }
      guard !s.chosen.isEmpty else {
        s.phase = .ended(rest(s))
        return
      }
      switch update {
      case .gradient: if proposeProx(&s) { return }
      case .newton:
        s.phase = .curving(at: s.x)
        return
      case .matrix:
        guard !s.matrices.isEmpty else {
          s.phase = .curving(at: s.origin)
          return
        }
        if advance(&s, s.matrices[s.index]) { return }
      }
    }
  }

  private func chooseBlock(_ s: inout State) {
    let live = s.blocks.indices.filter { k in s.blocks[k].contains { s.slopes[$0] != 0 && !s.isTired[$0] } }
    guard let first = live.first else {
      s.chosen = []
      return
    }
    switch rule {
    case .cyclic:
      s.index = live.first { $0 >= s.next } ?? first
      s.next = s.index + 1
    case .random: s.index = live[s.random.integer(below: live.count)]
    case .lipschitz:
      s.index = live[Self.draw(&s.random, live.map { k in s.blocks[k].reduce(0) { max($0, s.scales[$1]) } })]
    default:
      var best = -Double.infinity
      for k in live {
        let score = score(s, block: k)
        if score > best { (best, s.index) = (score, k) }
      }
    }
    s.chosen = s.blocks[s.index]
  }

  private func chooseCoordinates(_ s: inout State) {
    let live = s.x.indices.filter { s.slopes[$0] != 0 && !s.isTired[$0] }
    let count = min(width(s), live.count)
    s.index = 0
    switch rule {
    case .cyclic:
      let from = live.firstIndex { $0 >= s.next } ?? 0
      s.chosen = (0..<count).map { live[(from + $0) % live.count] }.sorted()
      s.next = count > 0 ? (live[(from + count - 1) % live.count] + 1) % s.x.count : 0
    case .random:
      let order = s.random.permutation(live.count)
      s.chosen = order.prefix(count).map { live[$0] }.sorted()
    case .lipschitz:
      var left = live
      s.chosen = []
      for _ in 0..<count {
        let k = Self.draw(&s.random, left.map { s.diagonal[$0] })
        s.chosen.append(left[k])
        left.swapAt(k, left.count - 1)
        left.removeLast()
      }
      s.chosen.sort()
    default:
      let scores = live.map { (place: $0, score: score(s, $0)) }
      let ranked = scores.sorted { $0.score != $1.score ? $0.score > $1.score : $0.place < $1.place }
      s.chosen = ranked.prefix(count).map(\.place).sorted()
    }
  }

  /// A place drawn with probability proportional to its weight.
  private static func draw(_ random: inout RandomStream, _ weights: [Double]) -> Int {
    var rest = random.uniform() * weights.reduce(0, +)
    for (k, weight) in weights.enumerated() {
      rest -= weight
      if rest < 0 { return k }
    }
    return weights.count - 1
  }

  private func score(_ s: State, block k: Int) -> Double {
    if rule == .gsq {
      let p = Vector(s.blocks[k].map { s.slopes[$0] })
      if let d = s.matrices[k].solvingSymmetric(p) { return p.inner(d) }
    }
    return s.blocks[k].reduce(0) { $0 + score(s, $1) }
  }

  /// The share of one coordinate. With variable blocks gsq knows diagonal bounds alone, and is gsd.
  private func score(_ s: State, _ i: Int) -> Double {
    let p = s.slopes[i]
    switch rule {
    case .gs: return p * p
    case .gsl: return p * p / s.scales[i]
    case .gsd, .gsq, .cyclic, .random, .lipschitz: return p * p / s.diagonal[i]
    case .proxLength, .proxDecrease:
      guard let g = s.here?.gradient[i] else { return 0 }
      let (x, scale) = (s.x[i], s.scales[i])
      let end = s.part.prox(i, x - g / scale, step: 1 / scale)
      let step = end - x
      if rule == .proxLength { return step * step }
      return -(g * step + 0.5 * scale * step * step + s.part.weight * (abs(end) - abs(x)))
    }
  }
}
