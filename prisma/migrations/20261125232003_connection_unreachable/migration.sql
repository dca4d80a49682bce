-- AlterTable
ALTER TABLE "connection" ADD COLUMN     "unreachable" BOOLEAN NOT NULL DEFAULT false;
