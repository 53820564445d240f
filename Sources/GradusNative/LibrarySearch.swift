// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where native libraries are looked for, as a value: what was given, what the environment says, where the program stands.
///
/// The order is: files and folders given explicitly; the folders of `GRADUS_LIBRARY_PATH`; the system loader's own search
/// by name; the `highsbox` wheel, which carries HiGHS and OpenBLAS, in `.tools/python` beside or above the executable, in
/// the environment the executable or `VIRTUAL_ENV` belongs to, in that of `python3` on `PATH`, in the user's and the
/// system's Python folders, and in the versions that pyenv holds. No program is started to find out.
public struct LibrarySearch: Sendable, Hashable {
  /// Files or folders that are tried before anything else.
  public var explicit: [String]
  /// The variables that are read: `GRADUS_LIBRARY_PATH`, `VIRTUAL_ENV`, `PATH` and `HOME`.
  public var environment: [String: String]
  /// The running program's file; nil when unknown.
  public var executable: String?

  public init(explicit: [String] = [], environment: [String: String] = [:], executable: String? = nil) {
    self.explicit = explicit
    self.environment = environment
    self.executable = executable
  }

  /// The search of this process, read from its environment now.
  public static var standard: LibrarySearch {
    var environment: [String: String] = [:]
    for name in ["GRADUS_LIBRARY_PATH", "VIRTUAL_ENV", "PATH", "HOME"] {
      if let value = getenv(name) { environment[name] = String(cString: value) }
    }
    return LibrarySearch(environment: environment, executable: ProgramFile.own)
  }

  /// The paths to open one after the other, best first, for a library known under `names` (best name first).
  ///
  /// A name without a slash is left to the system loader; every other entry is a file that exists. Cost: a few dozen
  /// system calls.
  public func candidates(for names: [String]) -> [String] {
    var seen = Set<String>()
    return (given(names) + names + wheels(names)).filter { seen.insert($0).inserted }
  }

  /// The first of the candidates that `open` makes something of; nil when there is none. Folders are read only where nothing
  /// that was named and nothing that the loader knows would do.
  package func first<Found>(for names: [String], _ open: (String) -> Found?) -> Found? {
    for path in given(names) + names { if let found = open(path) { return found } }
    for path in wheels(names) { if let found = open(path) { return found } }
    return nil
  }

  private func given(_ names: [String]) -> [String] {
    (explicit + split(environment["GRADUS_LIBRARY_PATH"])).flatMap { files(names, at: $0) }
  }

  private func wheels(_ names: [String]) -> [String] { wheelFolders().flatMap { files(names, at: $0) } }

  /// The library folders of every `highsbox` wheel that is installed where Python packages are, nearest first.
  public func wheelFolders() -> [String] {
    pythonFolders().map { $0 + "/highsbox/highs_dist/lib" }.filter { FilePath.isFolder($0) }
  }

  private func pythonFolders() -> [String] {
    var folders: [String] = []
    var prefixes: [String] = []
    if let executable {
      for ancestor in FilePath.ancestors(of: executable) {
        folders.append(ancestor + "/.tools/python")
        if ["site-packages", "dist-packages"].contains(FilePath.name(of: ancestor)) { folders.append(ancestor) }
      }
      prefixes.append(FilePath.parent(of: FilePath.parent(of: executable)))
    }
    if let environment = environment["VIRTUAL_ENV"], !environment.isEmpty { prefixes.append(environment) }
    for folder in split(environment["PATH"]) where FilePath.exists(folder + "/python3") {
      prefixes.append(FilePath.parent(of: folder))
      prefixes.append(FilePath.parent(of: FilePath.parent(of: FilePath.resolved(folder + "/python3"))))
      break
    }
    if let home = environment["HOME"], !home.isEmpty {
      prefixes.append(home + "/.local")
      prefixes += FilePath.children(of: home + "/.pyenv/versions").reversed().map { home + "/.pyenv/versions/" + $0 }
    }
    prefixes += ["/usr/local", "/opt/homebrew", "/usr"]
    for prefix in prefixes where prefix.hasPrefix("/") {
      let lib = prefix == "/" ? "/lib" : prefix + "/lib"
      let versions = FilePath.children(of: lib).filter { $0.hasPrefix("python3") }.reversed()
      for version in versions {
        folders += [lib + "/" + version + "/site-packages", lib + "/" + version + "/dist-packages"]
      }
    }
    return folders
  }

  private func split(_ list: String?) -> [String] { (list ?? "").split(separator: ":").map(String.init) }

  /// The files called one of `names` in a folder, or the file itself when `place` is a file of that library.
  private func files(_ names: [String], at place: String) -> [String] {
    if FilePath.isFolder(place) { return names.map { place + "/" + $0 }.filter { FilePath.exists($0) } }
    guard FilePath.exists(place) else { return [] }
    let stem = FilePath.name(of: place).prefix { $0 != "." }
    return names.contains { $0.prefix { $0 != "." } == stem } ? [place] : []
  }
}
