// SPDX-License-Identifier: Apache-2.0

/// Colours of the vertices of two graphs side by side: at first by labels, then again and again by the colours of neighbours.
///
/// A colour is a hash that no order or name enters. Vertices with different colours cannot be exchanged by an isomorphism; equal
/// colours promise nothing.
struct ColorRefinement {
  /// The vertices of the first graph come first.
  let split: Int
  let count: Int
  /// Neighbours of v at `starts[v] ..< starts[v + 1]`, with a hash of direction, role and weight of the edge.
  private var starts: [Int]
  private var neighbors: [Int] = []
  private var labels: [UInt64] = []
  /// Colours of the vertices before any refinement.
  private(set) var initial: [UInt64] = []

  init(_ first: IncidenceGraph, _ second: IncidenceGraph) {
    split = first.count
    count = first.count + second.count
    let graphs = [(first, 0), (second, first.count)]
    var numbers: [Double] = []
    for (graph, _) in graphs {
      numbers += graph.numbers.flatMap { [$0.0, $0.1] }
      numbers += graph.edges.map(\.weight)
    }
    let classes = NumberClasses(numbers)
    starts = [Int](repeating: 0, count: count + 1)
    for (graph, base) in graphs {
      for v in 0..<graph.count {
        let (a, b) = graph.numbers[v]
        initial.append(Self.mixed(Self.mixed(UInt64(graph.kinds[v]), classes[a]), classes[b]))
      }
      for edge in graph.edges {
        starts[base + edge.from + 1] += 1
        starts[base + edge.to + 1] += 1
      }
    }
    for v in 0..<count { starts[v + 1] += starts[v] }
    var next = starts
    neighbors = [Int](repeating: 0, count: starts[count])
    labels = [UInt64](repeating: 0, count: starts[count])
    for (graph, base) in graphs {
      for edge in graph.edges {
        let label = Self.mixed(UInt64(edge.role), classes[edge.weight])
        for (v, other, direction) in [(edge.from, edge.to, 1), (edge.to, edge.from, 2)] {
          neighbors[next[base + v]] = base + other
          labels[next[base + v]] = Self.mixed(label, direction)
          next[base + v] += 1
        }
      }
    }
  }

  /// Steps that one round takes.
  var roundCost: Int { count + neighbors.count }

  /// Refines until the number of colours stands still; nil when the two graphs part, or when `work` runs out.
  func refined(_ colors: [UInt64], _ work: inout Int) -> [UInt64]? {
    var colors = colors
    var known = 0
    work -= count
    while true {
      let first = colors[..<split].sorted()
      guard first == colors[split...].sorted() else { return nil }
      let distinct = Self.distinctCount(first)
      // The last round, which parted nothing, compared the neighbours of all that is alone in its colour.
      if distinct == known { return colors }
      known = distinct
      work -= roundCost
      if work < 0 { return nil }
      colors = advanced(colors)
    }
  }

  private func advanced(_ colors: [UInt64]) -> [UInt64] {
    var result = colors
    for v in 0..<count {
      // A sum does not depend on the order of the neighbours.
      var sum: UInt64 = 0
      for p in starts[v]..<starts[v + 1] { sum &+= Self.mixed(labels[p], colors[neighbors[p]]) }
      result[v] = Self.mixed(colors[v], sum)
    }
    return result
  }

  private static func distinctCount(_ sorted: [UInt64]) -> Int {
    var count = sorted.isEmpty ? 0 : 1
    for k in sorted.indices.dropFirst() where sorted[k] != sorted[k - 1] { count += 1 }
    return count
  }

  static func mixed(_ hash: UInt64, _ word: Int) -> UInt64 { mixed(hash, UInt64(bitPattern: Int64(word))) }

  static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    var z = (hash &* 0x9E37_79B9_7F4A_7C15) ^ word
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return (z ^ (z >> 31)) &+ 0x632B_E59B_D9B4_E019
  }
}
