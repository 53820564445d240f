// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The files of a checkout, without what builds and tools leave behind.
public struct Repository: Sendable {
  package let root: URL
  package let files: [SourceFile]

  /// Reads every text file below `root`.
  ///
  /// - Throws: when a file cannot be read. Files that are not UTF-8 (pictures, archives) are left out.
  public init(root: URL) throws {
    let root = root.standardizedFileURL
    self.root = root
    var found: [SourceFile] = []
    let keys: Set<URLResourceKey> = [.isDirectoryKey, .isRegularFileKey]
    let walk = FileManager.default.enumerator(at: root, includingPropertiesForKeys: Array(keys), options: [])
    while let url = walk?.nextObject() as? URL {
      let path = String(url.standardizedFileURL.path.dropFirst(root.path.count + 1))
      let values = try url.resourceValues(forKeys: keys)
      if values.isDirectory == true {
        if Self.isGenerated(path) { walk?.skipDescendants() }
      } else if values.isRegularFile == true, !Self.isGenerated(path),
        let text = String(data: try Data(contentsOf: url), encoding: .utf8)
      {
        found.append(SourceFile(path: path, text: text))
      }
    }
    files = found.sorted { $0.path < $1.path }
  }

  package init(root: URL, files: [SourceFile]) {
    self.root = root
    self.files = files
  }

  package var swiftFiles: [SourceFile] { files.filter(\.isSwift) }

  /// What `.gitignore` names: never part of the repository.
  static func isGenerated(_ path: String) -> Bool {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return name == ".git" || name.hasPrefix(".build") || name.hasPrefix(".venv") || name == ".tools"
      || name == "__pycache__" || name == "Package.resolved" || path == "dist" || path == "demo" || name.hasSuffix(".o")
  }
}
