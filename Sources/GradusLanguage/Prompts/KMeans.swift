// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Groups of points around their means (k-means++, then Lloyd's steps):
///
///     first centers   one at random, each next one with probability ∝ d², d the distance to the nearest so far
///     steps           cᵢ ← mean of the points that are nearest to cᵢ, until nothing moves or `steps` are done
///
/// The sum of squared distances falls with each step. A group that lost its points keeps its center. Cost: k·n·dimension a step.
///
/// **Reference** S. Lloyd, IEEE Trans. Inf. Theory 28 (1982); D. Arthur, S. Vassilvitskii, SODA 2007.
struct KMeans: Sendable, Hashable {
  private(set) var centers: [[Double]] = []
  /// The group of each point.
  private(set) var groups: [Int]

  /// At most `count` groups; fewer where fewer points differ. All points have one dimension.
  init(_ points: [[Double]], count: Int, steps: Int = 20, random: RandomStream) {
    groups = [Int](repeating: 0, count: points.count)
    guard !points.isEmpty, count > 0 else { return }
    var stream = random
    centers = [points[stream.integer(below: points.count)]]
    var distances = points.map { Self.distance($0, centers[0]) }
    while centers.count < min(count, points.count), distances.contains(where: { $0 > 0 }) {
      let center = points[stream.categorical(distances)]
      for (k, point) in points.enumerated() {
        let distance = Self.distance(point, center)
        guard distance < distances[k] else { continue }
        distances[k] = distance
        groups[k] = centers.count
      }
      centers.append(center)
    }
    for _ in 0..<steps {
      move(points)
      if !assign(points) { break }
    }
  }

  private mutating func move(_ points: [[Double]]) {
    var sums = centers.map { [Double](repeating: 0, count: $0.count) }
    var counts = [Int](repeating: 0, count: centers.count)
    for (point, group) in zip(points, groups) {
      counts[group] += 1
      for j in point.indices { sums[group][j] += point[j] }
    }
    for group in centers.indices where counts[group] > 0 {
      centers[group] = sums[group].map { $0 / Double(counts[group]) }
    }
  }

  /// Whether a point went over to another group.
  private mutating func assign(_ points: [[Double]]) -> Bool {
    var isMoved = false
    for (k, point) in points.enumerated() {
      var (group, nearest) = (groups[k], Self.distance(point, centers[groups[k]]))
      for (i, center) in centers.enumerated() {
        let distance = Self.distance(point, center)
        if distance < nearest { (group, nearest) = (i, distance) }
      }
      if group != groups[k] {
        groups[k] = group
        isMoved = true
      }
    }
    return isMoved
  }

  /// The point nearest to each center that has any, in ascending order, without repetition.
  func representatives(_ points: [[Double]]) -> [Int] {
    var nearest = [(point: Int, distance: Double)?](repeating: nil, count: centers.count)
    for (k, group) in groups.enumerated() {
      let distance = Self.distance(points[k], centers[group])
      if nearest[group].map({ distance < $0.distance }) ?? true { nearest[group] = (k, distance) }
    }
    return nearest.compactMap { $0?.point }.sorted()
  }

  private static func distance(_ a: [Double], _ b: [Double]) -> Double {
    var total = 0.0
    for j in a.indices { total += (a[j] - b[j]) * (a[j] - b[j]) }
    return total
  }
}
