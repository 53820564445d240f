// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// Directed networks with a ring through all nodes.
enum NetworkShape {
  /// The ring in random order, then random other arcs up to `count`, none twice.
  static func arcs(_ nodes: [String], _ count: Int, _ stream: inout RandomStream) -> [[String]] {
    let order = stream.permutation(nodes.count)
    var arcs = order.indices.map { [order[$0], order[($0 + 1) % order.count]] }
    var seen = Set(arcs)
    let most = min(count, nodes.count * (nodes.count - 1))
    while arcs.count < most {
      let arc = [stream.integer(below: nodes.count), stream.integer(below: nodes.count)]
      if arc[0] != arc[1], seen.insert(arc).inserted { arcs.append(arc) }
    }
    return arcs.map { [nodes[$0[0]], nodes[$0[1]]] }
  }

  static func nodeCount(_ model: FiveElementStatement) -> Int {
    model.size("SOURCE") + model.size("SINK") + model.size("TRANSIT")
  }
}
