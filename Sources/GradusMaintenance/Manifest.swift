// SPDX-License-Identifier: Apache-2.0

/// What `Package.swift` says about targets, read from its one-line declarations.
package struct Manifest: Sendable {
  /// The modules of method families, in the order of the manifest.
  package let families: [String]
  /// For each library target the modules it may import.
  package let dependencies: [String: Set<String>]

  package init(_ file: SourceFile) {
    var families: [String] = []
    var dependencies: [String: Set<String>] = [:]
    for line in file.lines {
      let names = Self.quoted(line)
      if line.hasPrefix("let families") {
        families = names
      } else if line.contains("library(\""), let name = names.first {
        dependencies[name] = Set(names.dropFirst())
      }
    }
    self.families = families
    self.dependencies = dependencies
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
