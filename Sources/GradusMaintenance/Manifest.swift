// SPDX-License-Identifier: Apache-2.0

/// What `Package.swift` says about targets, read from its declarations, on one line or several.
package struct Manifest: Sendable {
  /// The modules of method families, in the order of the manifest.
  package let families: [String]
  /// For each library target the modules it may import.
  package let dependencies: [String: Set<String>]

  package init(_ file: SourceFile) {
    var families: [String] = []
    var dependencies: [String: Set<String>] = [:]
    for (i, line) in file.lines.enumerated() {
      if line.hasPrefix("let families") {
        families = Self.quoted(Self.statement(file.lines[i...], until: "]"))
      } else if line.contains("library("), !line.contains("func "), !line.contains(".library(") {
        let names = Self.quoted(Self.statement(file.lines[i...], until: ")"))
        if let name = names.first { dependencies[name] = Set(names.dropFirst()) }
      }
    }
    self.families = families
    self.dependencies = dependencies
  }

  /// The lines up to the first with the closing bracket, as one.
  private static func statement(_ lines: ArraySlice<Substring>, until bracket: Character) -> Substring {
    let end = lines.firstIndex { $0.contains(bracket) } ?? lines.startIndex
    return Substring(lines[lines.startIndex...end].joined(separator: " "))
  }

  static func quoted(_ line: Substring) -> [String] {
    let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
    return parts.indices.filter { $0 % 2 == 1 && $0 + 1 < parts.count }.map { String(parts[$0]) }
  }
}

extension Repository {
  package var manifest: Manifest {
    Manifest(files.first { $0.path == "Package.swift" } ?? SourceFile(path: "Package.swift", text: ""))
  }
}
