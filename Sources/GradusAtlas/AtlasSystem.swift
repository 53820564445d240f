// SPDX-License-Identifier: Apache-2.0

/// One system of the atlas: what it is called, where it comes from and where it lives here.
public struct AtlasSystem: Sendable, Hashable {
  /// As the sheet calls it: `Learning to Relax`.
  public let name: String
  /// The title of the paper.
  public let title: String
  public let sheet: String
  public let group: String
  /// The module of the library that holds it, or will.
  public let module: String
  /// What it is, in our words.
  public let summary: String

  /// The name in lower case with hyphens, for the command line: `learning-to-relax`.
  public var identifier: String { Self.identifier(name) }

  static func identifier(_ name: String) -> String {
    let words = name.lowercased().split { !$0.isLetter && !$0.isNumber }
    return words.joined(separator: "-")
  }

  /// Reads a sheet: `# group` lines, and between empty lines four lines a system – name, module, title, summary.
  static func parse(sheet: String, _ text: String) -> [AtlasSystem] {
    var systems: [AtlasSystem] = []
    var group = ""
    var record: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("# ") {
        group = String(line.dropFirst(2))
      } else if !line.isEmpty {
        record.append(String(line))
      } else if !record.isEmpty {
        precondition(record.count == 4, "a system of the sheet \(sheet) has four lines, near \(record[0])")
        systems.append(
          AtlasSystem(
            name: record[0], title: record[2], sheet: sheet, group: group, module: record[1], summary: record[3]))
        record = []
      }
    }
    return systems
  }
}
