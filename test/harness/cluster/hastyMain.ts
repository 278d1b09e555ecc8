/**
 * The node program on a disk that does not sync: a node answers before what it promises is durable, as one does that
 * forgot the sync. What it publishes as durable is true: only the journal as it was at the start.
 */
import { folderDisk, type Disk, type DiskFile } from '../../../nodes/host/disk.ts';
import { parseFlags } from '../../../nodes/host/flags.ts';
import { syncedFile } from '../../../nodes/host/journal.ts';
import { startNode } from '../../../nodes/host/node.ts';
import { models } from '../../../nodes/index.ts';

function hasty(disk: Disk): Disk {
  return {
    ...disk,
    open(name, fresh) {
      const file = { ...disk.open(name, fresh), sync: () => Promise.resolve() };
      return name === syncedFile ? onlyFirstWrite(file) : file;
    },
  };
}

function onlyFirstWrite(file: DiskFile): DiskFile {
  let isFirst = true;
  return {
    ...file,
    write(bytes, at) {
      if (isFirst) file.write(bytes, at);
      isFirst = false;
    },
  };
}

const { folder, ...flags } = parseFlags(process.argv.slice(2), models);
await startNode({
  ...flags,
  disk: hasty(folderDisk(folder)),
  onFatal: (error) => {
    throw error;
  },
});
