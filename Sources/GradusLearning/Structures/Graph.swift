// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Edges from source nodes to target nodes. In a graph on one kind of node both are the same; in a bipartite one they are
/// not, and `flipped` leads the other way.
public struct Graph: Sendable {
  /// Where edge e begins.
  public let sources: TensorIndices
  /// Where it ends.
  public let targets: TensorIndices
  public let sourceCount: Int
  public let targetCount: Int

  /// A graph with these edges, in this order, nodes numbered from 0; the same edge may occur again.
  ///
  /// - Throws: when an edge begins or ends at a node that is not there.
  public init(
    edges: [(source: Int, target: Int)], sourceCount: Int, targetCount: Int
  ) throws(LearningDataError) {
    for (e, edge) in edges.enumerated() {
      guard (0..<sourceCount).contains(edge.source) else {
        throw LearningDataError("edge \(e) begins at node \(edge.source)", "0 to \(sourceCount - 1)")
      }
      guard (0..<targetCount).contains(edge.target) else {
        throw LearningDataError("edge \(e) ends at node \(edge.target)", "0 to \(targetCount - 1)")
      }
    }
    self.init(
      TensorIndices(edges.map(\.source)), TensorIndices(edges.map(\.target)), sourceCount, targetCount)
  }

  private init(_ sources: TensorIndices, _ targets: TensorIndices, _ sourceCount: Int, _ targetCount: Int) {
    self.sources = sources
    self.targets = targets
    self.sourceCount = sourceCount
    self.targetCount = targetCount
  }

  public var edgeCount: Int { sources.values.count }

  /// Every edge the other way round.
  public var flipped: Graph { Graph(targets, sources, targetCount, sourceCount) }

  /// From each of `k` nearest other points to the point, nearest first; equal distances by number. Points are rows of
  /// `dimension` coordinates. O(n² log n).
  public static func nearest(_ points: [Float], dimension: Int, k: Int) throws(LearningDataError) -> Graph {
    guard dimension > 0, points.count % dimension == 0 else {
      throw LearningDataError("\(points.count) coordinates", "points of \(dimension)")
    }
    if let i = points.firstIndex(where: { !$0.isFinite }) {
      throw LearningDataError(
        "coordinate \(i % dimension) of point \(i / dimension) is \(points[i])", "a finite number")
    }
    let n = points.count / dimension
    guard k > 0, k < n else { throw LearningDataError("\(k) neighbors among \(n) points", "from 1 to \(n - 1)") }
    var edges: [(Int, Int)] = []
    for i in 0..<n {
      let distances = (0..<n).map { j -> Float in
        var total: Float = 0
        for d in 0..<dimension {
          let r = points[i * dimension + d] - points[j * dimension + d]
          total += r * r
        }
        return total
      }
      let near = (0..<n).filter { $0 != i }.sorted { (distances[$0], $0) < (distances[$1], $1) }
      edges += near.prefix(k).map { ($0, i) }
    }
    return try Graph(edges: edges, sourceCount: n, targetCount: n)
  }

  /// Values of edges [edges, width] summed at their targets, [targets, width].
  func gathered(_ values: TracedTensor) -> TracedTensor { values.scatterAdded(at: targets, rows: targetCount) }
}
