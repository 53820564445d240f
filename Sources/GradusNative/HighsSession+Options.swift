// SPDX-License-Identifier: Apache-2.0

extension HighsSession {
  /// Sets one option by its HiGHS name. Booleans are `true`, `on`, `1` or `false`, `off`, `0`.
  public func set(_ name: String, to value: String) throws(HighsError) {
    var type: Int32 = -1
    guard highs.optionType(instance, name, &type) >= 0 else {
      throw .unknownOption(name, nearest: Self.nearest(to: name, among: optionNames))
    }
    guard try assign(value, to: name, type: type) >= 0 else { throw .badOption(name, value: value) }
  }

  /// Sets what `limits` states and leaves everything else as it is.
  public func set(_ limits: HighsLimits) throws(HighsError) {
    for (name, value) in limits.options { try set(name, to: value) }
  }

  /// Every option of this version of HiGHS.
  public var optionNames: [String] {
    (0..<highs.optionCount(instance)).compactMap { index in
      var name: UnsafeMutablePointer<CChar>?
      guard highs.optionName(instance, index, &name) >= 0, let name else { return nil }
      // HiGHS allocated the copy with malloc for the caller to release.
      defer { FilePath.release(name) }
      return String(cString: name)
    }
  }

  private func assign(_ value: String, to name: String, type: Int32) throws(HighsError) -> Int32 {
    switch type {
    case 0:
      switch value {
      case "true", "on", "1": return highs.setBool(instance, name, 1)
      case "false", "off", "0": return highs.setBool(instance, name, 0)
      default: throw .badOption(name, value: value)
      }
    case 1:
      guard let number = Int32(value) else { throw .badOption(name, value: value) }
      let code = highs.setInteger(instance, name, number)
      if code >= 0, name == "threads" { noteThreads(number) }
      return code
    case 2:
      guard let number = Double(value), !number.isNaN else { throw .badOption(name, value: value) }
      return highs.setDouble(instance, name, number)
    default: return highs.setText(instance, name, value)
    }
  }

  /// The closest of `names` in edit distance, if at most a third of the letters differ.
  static func nearest(to name: String, among names: [String]) -> String? {
    let word = Array(name.utf8)
    var best: (name: String, distance: Int)?
    for candidate in names {
      let other = Array(candidate.utf8)
      var row = Array(0...other.count)
      for (i, a) in word.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, b) in other.enumerated() {
          let replaced = diagonal + (a == b ? 0 : 1)
          diagonal = row[j + 1]
          row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
        }
      }
      if row[other.count] < best?.distance ?? .max { best = (candidate, row[other.count]) }
    }
    return best.flatMap { 3 * $0.distance <= max(word.count, 3) ? $0.name : nil }
  }
}
