// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Reference directions and the frame in which individuals are assigned to them.
///
///     f' = (f − z*) / (a − z*),   a the intercepts of the hyperplane through the extreme points;
///     the niche of f is the direction whose line through 0 is nearest to f'
struct Niches: Sendable, Codable {
  let directions: ObjectiveMatrix
  /// The best of each objective ever seen.
  private var ideal: [Double]
  /// For each axis the objectives that are smallest along it: min over f of maxₖ (f − z*)ₖ/wₖ, w nearly the axis.
  private var extremes: [[Double]?]

  init(_ directions: ObjectiveMatrix) {
    self.directions = directions
    ideal = [Double](repeating: .infinity, count: directions.objectives)
    extremes = [[Double]?](repeating: nil, count: directions.objectives)
  }

  /// `count` individuals by front; those of the last one so that the niches fill evenly.
  mutating func survivors(
    _ p: Population, _ ranks: [Int], _ count: Int, _ random: inout RandomStream
  ) -> [Int] {
    var kept: [Int] = []
    var last: [Int] = []
    for front in Population.fronts(ranks) {
      if kept.count + front.count <= count {
        kept += front
        if kept.count == count { break }
      } else {
        last = front
        break
      }
    }
    guard !last.isEmpty, let objectives = p.objectives else { return kept }
    // Infeasible individuals of equal violation are all the same.
    guard p.isFeasible(last[0]) else { return kept + last.prefix(count - kept.count) }
    let considered = kept + last
    let widths = learn(objectives, considered, ranks)
    let places = considered.map { nearest(objectives, $0, widths) }
    var load = [Int](repeating: 0, count: directions.count)
    for place in places.prefix(kept.count) { load[place.niche] += 1 }
    var waiting = [[(index: Int, distance: Double)]](repeating: [], count: directions.count)
    for (i, place) in zip(last, places.dropFirst(kept.count)) {
      waiting[place.niche].append((i, place.distance))
    }
    while kept.count < count {
      let open = waiting.indices.filter { !waiting[$0].isEmpty }
      guard let least = open.map({ load[$0] }).min() else { break }
      let emptiest = open.filter { load[$0] == least }
      let niche = emptiest[random.integer(below: emptiest.count)]
      var choice = 0
      if least == 0 {
        for k in waiting[niche].indices
        where waiting[niche][k].distance < waiting[niche][choice].distance {
          choice = k
        }
      } else {
        choice = random.integer(below: waiting[niche].count)
      }
      kept.append(waiting[niche].remove(at: choice).index)
      load[niche] += 1
    }
    return kept
  }

  /// Brings the ideal point and the extreme points up to date; returns the width of each objective.
  private mutating func learn(_ f: ObjectiveMatrix, _ rows: [Int], _ ranks: [Int]) -> [Double] {
    let m = f.objectives
    for i in rows {
      for k in 0..<m where f[i, k] < ideal[k] { ideal[k] = f[i, k] }
    }
    let front = rows.filter { ranks[$0] == 0 }
    for axis in 0..<m {
      func reach(_ row: [Double]) -> Double {
        (0..<m).reduce(0) { max($0, (row[$1] - ideal[$1]) * ($1 == axis ? 1 : 1e6)) }
      }
      for i in front {
        let row = f.row(i)
        if extremes[axis].map({ reach(row) < reach($0) }) ?? true { extremes[axis] = row }
      }
    }
    let nadir = (0..<m).map { k in
      (front.isEmpty ? rows : front).reduce(-Double.infinity) { max($0, f[$1, k]) }
    }
    let found = intercepts()
    return (0..<m).map { k in
      let width = found.map { $0[k] } ?? nadir[k] - ideal[k]
      return width > 1e-12 * max(1, abs(nadir[k])) ? width : max(nadir[k] - ideal[k], 1e-12)
    }
  }

  /// 1/b of the solution of (E − z*) b = 1, by elimination with pivots; nil where the extreme points span no plane, or it does not
  /// cut every axis on its positive side.
  private func intercepts() -> [Double]? {
    let m = ideal.count
    var rows: [[Double]] = []
    for extreme in extremes {
      guard let extreme else { return nil }
      rows.append(zip(extreme, ideal).map { $0 - $1 } + [1])
    }
    for k in 0..<m {
      guard let pivot = (k..<m).max(by: { abs(rows[$0][k]) < abs(rows[$1][k]) }),
        abs(rows[pivot][k]) > 1e-14
      else {
        return nil
      }
      rows.swapAt(k, pivot)
      for i in 0..<m where i != k {
        let factor = rows[i][k] / rows[k][k]
        if factor == 0 { continue }
        for j in k...m { rows[i][j] -= factor * rows[k][j] }
      }
    }
    let result = (0..<m).map { rows[$0][$0] / rows[$0][m] }
    return result.allSatisfy { $0.isFinite && $0 > 0 } ? result : nil
  }

  private func nearest(_ f: ObjectiveMatrix, _ i: Int, _ widths: [Double]) -> (
    niche: Int, distance: Double
  ) {
    let m = ideal.count
    let row = (0..<m).map { (f[i, $0] - ideal[$0]) / widths[$0] }
    let square = row.reduce(0) { $0 + $1 * $1 }
    var best = (niche: 0, distance: Double.infinity)
    directions.values.elements.withUnsafeBufferPointer { w in
      for niche in 0..<directions.count {
        var (along, length) = (0.0, 0.0)
        for k in 0..<m {
          along += row[k] * w[niche * m + k]
          length += w[niche * m + k] * w[niche * m + k]
        }
        let distance = square - along * along / length
        if distance < best.distance { best = (niche, distance) }
      }
    }
    return best
  }
}
