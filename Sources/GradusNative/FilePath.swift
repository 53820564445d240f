// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What little is asked of the file system, so that no Foundation is needed. Paths are separated by `/`.
package enum FilePath {
  static func exists(_ path: String) -> Bool { access(path, R_OK) == 0 }

  static func isFolder(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
  }

  /// The last component.
  static func name(of path: String) -> String { String(path.split(separator: "/").last ?? "") }

  /// Everything before the last component; `/` for a file in the root, `.` for a bare name.
  static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The folders above an absolute path, nearest first, without the root.
  static func ancestors(of path: String) -> [String] {
    var folders: [String] = []
    var folder = parent(of: path)
    while folder != "/", folder != "." {
      folders.append(folder)
      folder = parent(of: folder)
    }
    return folders
  }

  /// The path without symbolic links; the path itself when it cannot be resolved.
  static func resolved(_ path: String) -> String { real(path) ?? path }

  /// The path from the root without symbolic links; nil where there is no such file.
  package static func real(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  /// The path from the root, links and all; the path itself when the working folder is gone.
  package static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
    defer { free(folder) }
    return "\(String(cString: folder))/\(path)"
  }

  /// Gives back memory that a C library allocated for its caller.
  static func release(_ memory: UnsafeMutableRawPointer) { free(memory) }

  /// The names in a folder in ascending order; empty when it cannot be read.
  static func children(of folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
