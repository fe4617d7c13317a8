#if os(Linux)
  import BrokerCore
  import BrokerSystem
  import CMemory
  import Synchronization
  import TestSupport
  import Testing

  #if canImport(FoundationEssentials)
    import FoundationEssentials
  #else
    import Foundation
  #endif
  #if canImport(Glibc)
    import Glibc
  #endif

  /// What the memory of a running tool holds, who may read it, and what is left of it after a crash.
  struct MemoryTests {
    /// What a run looks like from outside while its command waits.
    private struct Look {
      /// Copies in memory of each text that was asked for; nil if this user may not read the memory.
      var copies: [Int]?
      var limits = ""
    }

    /// Runs `exec` with a command that waits, and looks at the tool meanwhile.
    private func look(
      at site: HostileSite, isGitLab: Bool, file: String? = nil, texts: (_ own: String) -> [String]
    ) async throws -> Look {
      let folder = try TestFolder()
      defer { folder.remove() }
      if let file { try folder.write(file, "") }
      let variables = site.variables(isGitLab: isGitLab)
      async let run = BuiltTool.run(
        ["exec", "pypi", "--no-compare", "--env", "T={token}", "--", "sh", "-c"] + [
          "printenv T >token; echo $PPID >ready; until [ -e go ]; do sleep 0.02; done"
        ] + (file.map { ["sh", $0] } ?? []), variables, in: folder)
      while !folder.read("ready").hasSuffix("\n") { try await Task.sleep(for: .milliseconds(10)) }
      let process = String(folder.read("ready").dropLast())
      let look = Look(
        copies: Memory(of: process)?.counts(of: texts(String(folder.read("token").dropLast()))),
        limits: Memory.file("limits", of: process))
      try folder.write("go", "")
      let ended = try await run
      #expect(ended.status == 0, "\(ended.error)")
      return look
    }

    private let healthy = Fault("none") { $0.send($0.answer) }

    /// Once an identity token was exchanged, no copy of it is left, in any of the forms that it had on its way.
    ///
    /// One from the job's variables is where these are: at the start of the process, and in our copy of them. Of the credential
    /// there is what is needed to run the command and to burn it.
    @Test(arguments: [false, true]) func keepsNoIdentityTokenBehindItsExchange(_ isGitLab: Bool) async throws {
      let site = try HostileSite(.burn, healthy)
      defer { site.stop() }
      let look = try await look(at: site, isGitLab: isGitLab) { _ in
        let identity = site.identityTokens.map(\.token)
        let credential = site.secrets.filter { $0.hasPrefix("pypi-") }
        return identity + identity.map { String($0.split(separator: ".")[1]) }
          + credential.map { Data("__token__:\($0)".utf8).base64EncodedString() } + credential
      }
      #expect(look.limits.firstMatch(of: #/Max core file size +0 +0 /#) != nil)
      // Nobody but root may look.
      guard let copies = look.copies else { return #expect(geteuid() != 0) }
      try #require(copies.count == 4)
      guard broker_memory_is_wiped() == 1 else { return }
      #expect(copies[..<2].allSatisfy { isGitLab ? $0 <= 2 : $0 == 0 }, "copies of the identity token: \(copies)")
      #expect(copies[2] == 0, "copies for basic authentication: \(copies)")
      #expect((1...3).contains(copies[3]), "copies of the credential: \(copies)")
      site.stop()
    }

    /// A credential that was narrowed is overwritten: there is what the command has, and nothing that is good for more.
    @Test func keepsNoCredentialAsItCame() async throws {
      let site = try HostileSite(.burn, healthy)
      defer { site.stop() }
      let look = try await look(at: site, isGitLab: false, file: "octo_sample-1.0.tar.gz") { own in
        let given = site.secrets.filter { $0.hasPrefix("pypi-") }
        return given + given.map { Data("__token__:\($0)".utf8).base64EncodedString() }
          // What is left of it where the rest is the narrowed one's, too.
          + given.map { String($0.suffix(40)) } + [own]
      }
      guard let copies = look.copies else { return #expect(geteuid() != 0) }
      try #require(copies.count == 4)
      guard broker_memory_is_wiped() == 1 else { return }
      #expect(copies[..<3].allSatisfy { $0 == 0 }, "copies of the credential as it came: \(copies)")
      #expect((1...3).contains(copies[3]), "copies of the narrowed credential: \(copies)")
    }

    /// Where libcurl makes room for a request piece by piece, the pieces that it left have nothing of the request token.
    ///
    /// Looked for while the answer is waited for, and with a C library that uses no piece again at once: before other texts lie
    /// where the pieces lay.
    @Test func leavesNoPieceOfTheRequestToken() async throws {
      let isReleased = Atomic(false)
      let held = Fault("held") { scene in
        while !isReleased.load(ordering: .relaxed) { usleep(2000) }
        return scene.send(scene.answer)
      }
      let site = try HostileSite(.identityToken, held)
      defer { site.stop() }
      let folder = try TestFolder()
      defer { folder.remove() }
      let variables = site.variables(isGitLab: false).merging(["GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"]) { $1 }
      let requestToken = try #require(variables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"])
      let pieces = stride(from: 0, through: requestToken.utf8.count - 20, by: 20).map { start in
        String(requestToken.dropFirst(start).prefix(20))
      }
      async let run = BuiltTool.run(
        ["mint", "pypi", "--format", "token"], variables, in: folder, preparation: "echo $$ >process")
      while site.count(.identityToken) == 0 { try await Task.sleep(for: .milliseconds(2)) }
      let memory = Memory(of: String(folder.read("process").dropLast()), inHeapAlone: true)
      isReleased.store(true, ordering: .relaxed)
      let ended = try await run
      #expect(ended.status == 0, "\(ended.error)")
      guard let copies = memory?.counts(of: [requestToken] + pieces), broker_memory_is_wiped() == 1 else { return }
      #expect((1...4).contains(copies[0]), "copies of the request token: \(copies[0])")
      #expect(copies[1...].allSatisfy { $0 <= copies[0] }, "pieces beside \(copies[0]) whole ones: \(copies[1...])")
      site.stop()
    }

    /// A block that moves leaves nothing behind, one that is shortened nothing at its end, and both keep what they hold.
    @Test(
      .enabled(if: broker_memory_is_wiped() == 1, "a sanitizer has memory of its own"),
      arguments: [
        (40, 400), (200, 20_000), (1000, 1040), (3000, 2000), (3000, 40), (40_000, 4_000_000), (4_000_000, 100),
        (24, 0),
      ])
    func overwritesWhatReallocLeaves(_ before: Int, _ after: Int) throws {
      let mark: UInt8 = 0xA7
      // The block is this test's alone. Once it is given back it is only looked at, and not where it may be unmapped.
      let block = try unsafe #require(malloc(before))
      unsafe memset(block, Int32(mark), before)
      let moved = unsafe realloc(block, after)
      let isMoved = unsafe moved != block
      // The C library keeps its lists in the first 32 bytes of what is given back, and gives large blocks to the system.
      if before < 64 * 1024 {
        let left = unsafe UnsafeRawBufferPointer(start: block, count: before).dropFirst(isMoved ? 32 : after)
        let isLeft = unsafe left.contains(mark)
        #expect(!isLeft)
      }
      if let moved = unsafe moved {
        let isKept = unsafe UnsafeRawBufferPointer(start: moved, count: min(before, after)).allSatisfy { $0 == mark }
        #expect(isKept)
        unsafe free(moved)
      } else {
        #expect(after == 0)
      }
    }

    /// The user that runs the tool may not read its memory, nor its variables; of the command it may.
    @Test("other processes of the same user cannot read the tool's memory") func isClosedToItsOwnUser() async throws {
      let folder = try TestFolder()
      defer { folder.remove() }
      let site = try HostileSite(.burn, healthy)
      defer { site.stop() }
      let isRoot = geteuid() == 0
      // Root sees everything: nobody in particular is asked instead.
      let other = isRoot ? "setpriv --reuid 65534 --regid 65534 --clear-groups" : ""
      try folder.write(
        "look",
        """
        for file in mem environ maps; do head -c 1 /proc/$PPID/$file >/dev/null 2>&1 && echo "tool $file"; done
        head -c 1 /proc/$$/environ >/dev/null && echo command environ
        """)
      if isRoot { _ = unsafe chmod(folder.path, 0o777) }
      // In its environment, not in the shell's command line, where others would find what they hunt for.
      let variables = site.variables(isGitLab: false).merging(["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"]) { $1 }
      let exit = try await ChildProcess(
        [
          "/bin/sh", "-c",
          "cd '\(folder.path)' && exec \(other) '\(BuiltTool.path)' exec pypi --no-compare --env T={token} -- sh look "
            + ">shown 2>errors",
        ], environment: .init(variables)
      ).run()
      #expect(exit == .exited(0), "\(folder.read("errors"))")
      #expect(folder.read("shown") == "command environ\n", "\(folder.read("errors"))")
      site.stop()
    }

    /// A crash leaves no core file, even where one is allowed, and the runtime shows no memory.
    @Test(
      .enabled(if: broker_memory_is_wiped() == 1, "a sanitizer has a say of its own in crashes"),
      arguments: [SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP])
    func leavesNothingOfACrash(_ signal: Int32) async throws {
      let silent = Fault("silent") { scene in
        scene.wire.waitForEnd()
        return false
      }
      let site = try HostileSite(.exchange, silent)
      let folder = try TestFolder()
      defer { folder.remove() }
      let run = try await BuiltTool.run(
        ["mint", "pypi", "--format", "token"], site.variables(isGitLab: false), in: folder,
        preparation: "ulimit -c unlimited",
        interruption: .init(signal: signal) { site.count(.exchange) > 0 })
      #expect(run.status == 128 + signal, "\(run.error)")
      #expect(!run.error.contains("crashed") && !run.error.contains("Registers"), "\(run.error)")
      #expect(folder.names.isEmpty, "\(folder.names)")
      site.stop()
    }

    /// A library that an image puts before the C library brings memory of its own, which the C library must not be given.
    ///
    /// That for debugging comes with the C library; the others are there where they were installed.
    @Test(
      .enabled(if: broker_memory_is_wiped() == 1, "a sanitizer has memory of its own already"),
      .enabled(if: BuiltTool.released == nil, "nothing is put before the C library of a release, which is inside"),
      arguments: ["libc_malloc_debug.so.0", "libjemalloc.so.2", "libtcmalloc_minimal.so.4", "libasan.so.8"])
    func runsOnTheMemoryOfAnotherLibrary(_ name: String) async throws {
      let variables = ["LD_PRELOAD": name, "GLIBC_TUNABLES": "glibc.malloc.check=3", "ASAN_OPTIONS": "detect_leaks=0"]
      let version = try await BuiltTool.run(["--version", "--libcurl"], variables)
      // The linker passes over a library that is not there.
      guard !version.error.contains("cannot be preloaded") else { return #expect(name != "libc_malloc_debug.so.0") }
      #expect(version.status == 0, "\(version.error)")
      let run = try await BuiltTool.run(
        [
          "sandbox", "--raw", "--", BuiltTool.path, "exec", "pypi", "--env", "T={token}", "--", "/bin/sh", "-c",
          "echo $T",
        ],
        variables)
      #expect(run.status == 0 && run.output.contains("pypi-"), "\(run.error)")
    }
  }

  /// The memory of another process.
  private struct Memory {
    private let regions: [[UInt8]]

    /// A file of a process.
    static func file(_ name: String, of process: String) -> String {
      (try? Data(contentsOf: URL(filePath: "/proc/\(process)/\(name)"))).map { String(decoding: $0, as: UTF8.self) }
        ?? ""
    }

    /// All that can be read, or what the C library gives out of it, without stacks and the registers that are saved there; nil
    /// if nothing can.
    init?(of process: String, inHeapAlone: Bool = false) {
      let number = unsafe open("/proc/\(process)/mem", O_RDONLY | O_CLOEXEC)
      guard number >= 0 else { return nil }
      defer { close(number) }
      var regions: [[UInt8]] = []
      for line in Self.file("maps", of: process).split(separator: "\n") {
        if inHeapAlone, !line.hasSuffix("[heap]") { continue }
        // Only what the process may write can hold what it was told.
        guard let match = line.firstMatch(of: /^([0-9a-f]+)-([0-9a-f]+) rw/), let start = Int(match.1, radix: 16),
          let end = Int(match.2, radix: 16), end - start <= 256 * 1024 * 1024
        else { continue }
        var bytes = [UInt8](repeating: 0, count: end - start)
        // The kernel fills the buffer within the call.
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(number, $0.baseAddress, $0.count, off_t(start)) }
        if count > 0 { regions.append(Array(bytes[..<count])) }
      }
      guard !regions.isEmpty else { return nil }
      self.regions = regions
    }

    /// How often each text is there.
    func counts(of texts: [String]) -> [Int] {
      texts.map { text in regions.reduce(0) { $0 + Self.count(text, in: $1) } }
    }

    private static func count(_ text: String, in region: [UInt8]) -> Int {
      let wanted = Array(text.utf8)
      return unsafe region.withUnsafeBytes { region in
        guard let start = region.baseAddress else { return 0 }
        var (place, count) = (0, 0)
        while place + wanted.count <= region.count,
          let found = unsafe memchr(start + place, Int32(wanted[0]), region.count - wanted.count + 1 - place)
        {
          place = unsafe start.distance(to: UnsafeRawPointer(found)) + 1
          if unsafe memcmp(found, wanted, wanted.count) == 0 { count += 1 }
        }
        return count
      }
    }
  }
#endif
