// SPDX-License-Identifier: Apache-2.0

/// Numbers that say how good a set of points is, all objectives being minimized. Rows that are not finite are left out.
///
/// **Reference** of IGD⁺: H. Ishibuchi et al., EMO 2015; of R2: M. Hansen & A. Jaszkiewicz, IMM-REP-1998-7; of sparsity: J. Xu et
/// al., ICML 2020; of expected utility: L. Zintgraf et al., Benelearn 2015.
public enum FrontIndicators {
  /// Inverted generational distance: the mean over the front's points z of min over S of |f − z|. ∞ for an empty set.
  ///
  /// Not monotone: a dominated set may have the smaller distance. Cost: O(m·|S|·|front|).
  public static func invertedDistance(of points: ObjectiveMatrix, front: ObjectiveMatrix) -> Double {
    meanDistance(from: front, to: points) { max(-$0, $0) }
  }

  /// IGD⁺: the mean over the front's points z of min over S of |max(f − z, 0)|. ∞ for an empty set.
  ///
  /// Weakly monotone: a set that dominates another one is not worse. Cost: O(m·|S|·|front|).
  public static func invertedDistancePlus(of points: ObjectiveMatrix, front: ObjectiveMatrix)
    -> Double
  {
    meanDistance(from: front, to: points) { max($0, 0) }
  }

  /// R2: the mean over weights w of min over S of maxₖ wₖ|fₖ − utopiaₖ|. ∞ for an empty set.
  ///
  /// Weakly monotone. Cost: O(m·|S|·|weights|).
  public static func r2(of points: ObjectiveMatrix, utopia: [Double], weights: ObjectiveMatrix)
    -> Double
  {
    mean(over: weights, points) { w, f in
      (0..<utopia.count).reduce(0) { max($0, w($1) * abs(f($1) - utopia[$1])) }
    }
  }

  /// The mean over weights w of the best Σₖ wₖfₖ in S: what users with linear tastes pay on average. ∞ for an empty set.
  ///
  /// Weakly monotone. Cost: O(m·|S|·|weights|).
  public static func expectedUtility(of points: ObjectiveMatrix, weights: ObjectiveMatrix) -> Double {
    mean(over: weights, points) { w, f in (0..<points.objectives).reduce(0) { $0 + w($1) * f($1) } }
  }

  /// Σₖ Σ (gap between neighbors in objective k)² / (|S| − 1): small for a dense front; 0 for less than two points.
  public static func sparsity(of points: ObjectiveMatrix) -> Double {
    let rows = points.finiteRows
    guard rows.count > 1 else { return 0 }
    var total = 0.0
    for k in 0..<points.objectives {
      let sorted = rows.map { points[$0, k] }.sorted()
      for (a, b) in zip(sorted, sorted.dropFirst()) { total += (b - a) * (b - a) }
    }
    return total / Double(rows.count - 1)
  }

  private static func meanDistance(
    from front: ObjectiveMatrix, to points: ObjectiveMatrix, _ part: (Double) -> Double
  ) -> Double {
    precondition(
      front.objectives == points.objectives,
      "front and points must have the same number of objectives")
    return mean(over: front, points) { z, f in
      let square = (0..<front.objectives).reduce(0) { sum, k in
        let d = part(f(k) - z(k))
        return sum + d * d
      }
      return square.squareRoot()
    }
  }

  private static func mean(
    over references: ObjectiveMatrix, _ points: ObjectiveMatrix,
    _ cost: (_ reference: (Int) -> Double, _ point: (Int) -> Double) -> Double
  ) -> Double {
    precondition(
      references.objectives == points.objectives,
      "references must have as many columns as objectives")
    let rows = points.finiteRows
    guard !rows.isEmpty else { return .infinity }
    guard !references.isEmpty else { return 0 }
    var total = 0.0
    for j in 0..<references.count {
      total += rows.reduce(Double.infinity) { best, i in
        min(best, cost({ references[j, $0] }, { points[i, $0] }))
      }
    }
    return total / Double(references.count)
  }
}
