// SPDX-License-Identifier: Apache-2.0

/// Some nodes of a trace, one bit each.
public struct NodeSet: Sendable, Hashable, Feedback {
  private var words: [UInt64]

  /// No node; with room for `count` of them.
  public init(count: Int = 0) { words = [UInt64](repeating: 0, count: (count + 63) / 64) }

  /// Adds a node.
  public mutating func insert(_ node: Int) {
    let place = node >> 6
    while words.count <= place { words.append(0) }
    words[place] |= 1 << UInt64(node & 63)
  }

  /// Whether a node is in the set.
  public func contains(_ node: Int) -> Bool {
    let place = node >> 6
    return place < words.count && words[place] & 1 << UInt64(node & 63) != 0
  }

  /// Union.
  public mutating func merge(_ other: consuming NodeSet) {
    while words.count < other.words.count { words.append(0) }
    for place in other.words.indices { words[place] |= other.words[place] }
  }

  /// In ascending order, which is an order of execution.
  public var nodes: [Int] {
    var nodes: [Int] = []
    for (place, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        nodes.append(place << 6 + rest.trailingZeroBitCount)
        rest &= rest - 1
      }
    }
    return nodes
  }

  public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
}

/// The part of an execution that leads from a value to the output: what is worth telling somebody who shall change the value.
///
///     G(output) = {output},   G(v) = ∪ over users u of v that lead to the output:  G(u) ∪ inputs(u)
///
/// These are all nodes on a way from v to the output, with their direct inputs. Source: Cheng, Nie and Swaminathan, "Trace is the
/// New AutoDiff" (2024), minimal subgraph propagator. Cost: n/64 words for each edge of n nodes.
public struct Provenance: Propagator {
  public init() {}

  public func pass(_ note: NodeSet, back node: Int, in trace: Trace) -> [NodeSet?] {
    var sent = note
    for position in 0..<trace.inputCount(of: node) { sent.insert(trace.input(position, of: node)) }
    return [NodeSet?](repeating: sent, count: trace.inputCount(of: node))
  }
}

extension Trace {
  /// The part of the trace that leads to `output` from each node; nil for nodes from which nothing leads there. Also where
  /// operations have failed.
  public func causes(of output: Int) -> [NodeSet?] {
    guard output >= 0, output < count else { return [] }
    var sets = [NodeSet?](repeating: nil, count: output + 1)
    var seed = NodeSet(count: output + 1)
    seed.insert(output)
    sets[output] = seed
    for node in stride(from: output, through: 0, by: -1) {
      guard inputCount(of: node) > 0, var sent = sets[node] else { continue }
      for position in 0..<inputCount(of: node) { sent.insert(input(position, of: node)) }
      for position in 0..<inputCount(of: node) {
        let input = input(position, of: node)
        if sets[input] == nil { sets[input] = sent } else { sets[input]?.merge(sent) }
      }
    }
    return sets
  }
}
