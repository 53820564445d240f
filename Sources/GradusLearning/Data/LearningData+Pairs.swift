// SPDX-License-Identifier: Apache-2.0

extension LearningData {
  /// Pairs of a source and a target, for models that write the one from the other (`SequenceTransformer`).
  ///
  /// Tokens are 0 ..< vocabulary. A target that is shorter than `targetLength` ends with −1, which does not count. Each row
  /// is shown the source, then the number `vocabulary`, which begins a target, then the target but for its last token; its
  /// classes are −1 for the source, then the target.
  public init(
    sources: [Int32], sourceLength: Int, targets: [Int32], targetLength: Int, vocabulary: Int
  ) throws(LearningDataError) {
    guard sourceLength > 0, targetLength > 0, sources.count % sourceLength == 0, !sources.isEmpty,
      targets.count == sources.count / sourceLength * targetLength
    else {
      throw LearningDataError(
        "\(sources.count) tokens of sources and \(targets.count) of targets",
        "rows of \(sourceLength) and as many of \(targetLength)")
    }
    let begin = Int32(clamping: vocabulary)
    if let i = sources.firstIndex(where: { !(0..<begin).contains($0) }) {
      throw LearningDataError(
        "token \(i % sourceLength) of source \(i / sourceLength) is \(sources[i])",
        "a number from 0 to \(vocabulary - 1)")
    }
    var (tokens, labels): ([Int32], [Int32]) = ([], [])
    for row in 0..<sources.count / sourceLength {
      let target = targets[row * targetLength..<(row + 1) * targetLength]
      tokens += sources[row * sourceLength..<(row + 1) * sourceLength] + [begin]
      tokens += target.dropLast().map { $0 == -1 ? begin : $0 }
      labels += [Int32](repeating: -1, count: sourceLength) + target
    }
    try self.init(
      sequences: tokens, length: sourceLength + targetLength, vocabulary: vocabulary + 1, labels: labels,
      classCount: vocabulary)
  }
}
