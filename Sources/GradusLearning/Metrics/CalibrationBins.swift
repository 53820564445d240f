// SPDX-License-Identifier: Apache-2.0

/// Whether answers given with confidence c are right in a share c of cases.
///
///     ECE = Σ_b n_b/n · |accuracy(b) − mean confidence(b)|,   bins (b/B, (b + 1)/B]
///
/// **Reference** M. P. Naeini, G. F. Cooper & M. Hauskrecht, AAAI 2015; C. Guo et al., *On calibration of modern neural
/// networks*, ICML 2017, equation 3.
public struct CalibrationBins: Sendable, Codable, Hashable {
  public private(set) var counts: [Int]
  public private(set) var right: [Int]
  public private(set) var confidence: [Double]

  public init(bins: Int = 15) {
    precondition(bins > 0, "confidences are sorted into at least one bin")
    counts = [Int](repeating: 0, count: bins)
    right = counts
    confidence = [Double](repeating: 0, count: bins)
  }

  /// An answer given with confidence 0 ... 1; one that is no number makes the error none.
  public mutating func add(confidence c: Double, isRight: Bool) {
    let b = c.isFinite ? min(counts.count - 1, max(0, Int((c * Double(counts.count)).rounded(.up)) - 1)) : 0
    counts[b] += 1
    right[b] += isRight ? 1 : 0
    confidence[b] += c
  }

  /// NaN without answers.
  public var expectedError: Double {
    let n = Double(counts.reduce(0, +))
    return counts.indices.reduce(0) { $0 + abs(Double(right[$1]) - confidence[$1]) } / n
  }
}
